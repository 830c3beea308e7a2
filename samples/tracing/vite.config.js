import glasswal from 'glasswal/vite';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [glasswal()] });
