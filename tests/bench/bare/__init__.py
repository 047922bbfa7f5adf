"""The limits: a signed-in Wagtail page and a beat that do what is needed and nothing of ours."""
