import glasswal from 'glasswal/vite';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [glasswal()],
  // wa-sqlite looks for its module beside its script, which therefore stays where it is.
  optimizeDeps: { exclude: ['@journeyapps/wa-sqlite'] },
  build: { rolldownOptions: { input: ['index.html', 'alone.html'] } },
});
