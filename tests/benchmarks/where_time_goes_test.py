from benchmarks.where_time_goes import by_kind


def test_kinds_add_up_to_all_operations():
    times = {"_MklMatMul": 5.0, "MatMul": 1.0, "Cast": 7.0, "Mul": 2.0}
    kinds = by_kind(times)
    assert kinds[0] == ("conversions between precisions", 7.0)
    assert kinds[1] == ("matrix products", 6.0)
    assert kinds[-1] == ("all other", 2.0)
    assert sum(milliseconds for _, milliseconds in kinds) == 15.0
