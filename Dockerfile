# The review page on a CPU:
#   docker build -t keras_wsad .
#   docker run -p 127.0.0.1:8000:8000 -v "$PWD/runs/NAME:/model:ro" -v review:/review keras_wsad
# It prints the token that the page asks for; -e KERAS_WSAD_TOKEN=... sets one.
FROM python:3.12-slim
RUN useradd --create-home wsad && install -d -o wsad /review
COPY . /source
RUN pip install --no-cache-dir -c /source/constraints.txt "/source[serve]" && rm -r /source
USER wsad
VOLUME /review
EXPOSE 8000
ENTRYPOINT ["keras-wsad"]
CMD ["serve", "--host", "0.0.0.0", "--model", "/model", "--folder", "/review"]
