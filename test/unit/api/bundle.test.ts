import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const CLIENT = fileURLToPath(new URL('../../../src/api/client/index.ts', import.meta.url));

async function bundled(): Promise<{ readonly files: readonly string[]; readonly bytes: number }> {
  const { metafile, outputFiles } = await build({
    ...{ entryPoints: [CLIENT], bundle: true, format: 'esm', platform: 'browser', target: 'es2022' },
    ...{ minify: true, metafile: true, write: false, logLevel: 'silent' },
  });
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  return { files: used, bytes: outputFiles[0]?.contents.byteLength ?? 0 };
}

describe('The client in a browser', () => {
  it('takes nothing of Node, no package, and nothing of the server', async () => {
    const { files, bytes } = await bundled();
    expect(files.length).toBeGreaterThan(10);
    const foreign = files.filter(
      (path) =>
        !/src\/(?:api\/client\/|api\/(?:protocol|sound-frame)\.ts$|runtime\/(?:clock|emitter|errors)\.ts$)/.test(
          path,
        ),
    );
    expect(foreign).toEqual([]);
    expect(bytes).toBeLessThan(30_000);
  });
});
