"""Motion-aware features: an autoencoder on optical flow."""
