"""Assembly: which APIs are mounted, in which middleware, with which lifespan."""
