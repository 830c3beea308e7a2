// Tells the page whether this worker may share memory.
postMessage(self.crossOriginIsolated);
