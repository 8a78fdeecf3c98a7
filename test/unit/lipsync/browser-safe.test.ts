import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

it('The room lipsync works in a browser: nothing it imports needs Node', async () => {
  const entry = fileURLToPath(new URL('../../../src/lipsync/index.ts', import.meta.url));
  const { outputFiles, errors } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  });
  expect(errors).toEqual([]);
  expect(outputFiles[0]?.text).not.toMatch(/\bBuffer\b|\bprocess\./);
});
