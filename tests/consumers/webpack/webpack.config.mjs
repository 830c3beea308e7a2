const app = (entry, folder) => ({
  mode: 'production',
  entry: { [entry]: `./${entry}.js` },
  output: { filename: '[name].js', path: import.meta.dirname + `/${folder}` },
});

export default [app('page', 'dist'), app('inspect', 'dist-inspector')];
