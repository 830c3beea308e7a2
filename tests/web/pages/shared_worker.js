// A SharedWorker that tries to use glasswal, and says what comes of it.
import { createRuntime, join } from '/glasswal/index.js';

const attempts = {
  create: () => createRuntime('/app.sqlite'),
  join: (runtime) => join(runtime),
};

globalThis.onconnect = ({ ports: [port] }) => {
  const attempt = async (name, runtime) => {
    try {
      await attempts[name](runtime);
      port.postMessage({ name, code: 'none' });
    } catch ({ code, message }) {
      port.postMessage({ name, code, message });
    }
  };
  port.onmessage = ({ data }) => void attempt(data.name, data.runtime);
  // What a browser does with shared memory that is sent here.
  port.onmessageerror = () => void attempt('join', undefined);
};
