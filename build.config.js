// Builds dist/: the Node side with tsc, the pages in src/web as browser bundles. `--web FOLDER`: only the pages, there.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { build } from 'esbuild';

/** The pages, and what runs in their audio thread: each is loaded by the browser as a file of its own. */
const PROGRAMS = [
  { in: 'src/web/console/console-page.ts', out: 'page' },
  { in: 'src/web/mic-worklet.ts', out: 'mic-worklet' },
  { in: 'src/web/voice/voice-page.ts', out: 'voice' },
  { in: 'src/web/face2d/face-page.ts', out: 'face' },
  { in: 'src/web/popup-page.ts', out: 'popup-page' },
];
/** What other people's pages load by one tag, with `document.currentScript`: no module. */
const TAGS = [{ in: 'src/web/widget/widget.ts', out: 'widget' }];
const COPIED = ['.html', '.css', '.svg'];

if (process.argv[2] === '--web') {
  await buildWeb(process.argv[3] ?? 'dist/web');
} else {
  const require = createRequire(import.meta.url);
  rmSync('dist', { recursive: true, force: true });
  // Its exports name only package.json; the compiler lies beside that.
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
  if (existsSync('src/web/page.ts')) await buildWeb('dist/web');
}

/** @param {string} folder */
async function buildWeb(folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync('src/web')) {
    if (COPIED.includes(extname(name))) cpSync(join('src/web', name), join(folder, name));
  }
  await bundle(folder, PROGRAMS, 'esm');
  await bundle(folder, TAGS, 'iife');
}

/**
 * @param {string} folder
 * @param {{ in: string, out: string }[]} entryPoints
 * @param {'esm' | 'iife'} format
 */
async function bundle(folder, entryPoints, format) {
  await build({
    entryPoints,
    bundle: true,
    format,
    target: 'es2022',
    minify: true,
    // The server says that it is; escapes would double the Japanese texts.
    charset: 'utf8',
    sourcemap: 'linked',
    outdir: folder,
    logLevel: 'warning',
  });
}
