// A program in CommonJS that is no bundle.
const { createRuntime } = require('glasswal');

createRuntime('/app.sqlite').then((runtime) => {
  const db = runtime.client.open();
  console.log(db.prepare("SELECT 'required'").pluck().get());
  runtime.close();
});
