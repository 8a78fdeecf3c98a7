import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/**
 * What a bench shares with tests, which are TypeScript on the sources.
 *
 * @param {string} path beside this file
 */
export async function bundled(path) {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-bench-'));
  const outfile = join(folder, 'bench.mjs');
  // Packages are found from here, not from the folder of the bundle.
  const here = {
    name: 'packages-from-here',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) =>
        kind === 'entry-point' || name.startsWith('node:')
          ? undefined
          : { path: import.meta.resolve(name), external: true },
      ),
  };
  try {
    await build({
      entryPoints: [fileURLToPath(new URL(path, import.meta.url))],
      ...{ bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'error', plugins: [here] },
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
