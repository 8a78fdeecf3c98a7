// Builds dist/: the Node side with tsc, the pages in src/web as one browser bundle each.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
rmSync('dist', { recursive: true, force: true });
// Its exports name only package.json; the compiler lies beside that.
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });

if (existsSync('src/web/page.ts')) {
  mkdirSync('dist/web', { recursive: true });
  for (const name of ['index.html', 'page.css', 'icon.svg']) {
    if (existsSync(`src/web/${name}`)) cpSync(`src/web/${name}`, `dist/web/${name}`);
  }
  await build({
    entryPoints: ['src/web/page.ts'],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    sourcemap: 'linked',
    outdir: 'dist/web',
    logLevel: 'warning',
  });
}
