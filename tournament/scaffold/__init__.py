"""`tournament new`: whole distributions to begin with, made from the templates in this folder."""
