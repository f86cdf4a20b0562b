"""The task `persistence`: tell the objects of a video that stay from those that only flash up."""
