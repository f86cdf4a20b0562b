"""The task `persistence`: which of the objects in a short video stay, and which only flash up?"""
