"""Speed, memory and accuracy of the model beside peers: `python -m benchmarks`."""
