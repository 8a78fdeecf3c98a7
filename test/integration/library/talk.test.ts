import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const LIBRARY = new URL('../../../dist/index.js', import.meta.url).href;
const LIMIT_MS = 60_000;

/** The first example of "As a library" in a README. */
function exampleOf(readme: string): string {
  const text = readFileSync(fileURLToPath(new URL(`../../../${readme}`, import.meta.url)), 'utf8');
  const heading = readme.endsWith('.ja.md') ? /^## .*ライブラリ.*$/m : /^## As a library$/m;
  const from = text.search(heading);
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(text.slice(from)) ?? [];
  if (from < 0 || code === '') throw new Error(`${readme} has no example of the library`);
  return code;
}

/** With the built program, an avatar inside it, and no microphone. */
function runnable(example: string): string {
  const steps: readonly (readonly [RegExp, string])[] = [
    [/'mmdagent-bridge'/, `'${LIBRARY}'`],
    [/links: \['ws-listen:[^\]]*'\]/, "embedded: { links: ['simulator:'] }"],
    [/, microphone: true/, ''],
  ];
  return steps.reduce((code, [from, to]) => {
    if (!from.test(code)) throw new Error(`The example has changed: no ${from} in\n${code}`);
    return code.replace(from, to);
  }, example);
}

describe('A2: the library example of the README', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bridge-example-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['README.md', 'README.ja.md'])('of %s is a talking avatar in at most ten lines', (readme) => {
    const lines = exampleOf(readme).trim().split('\n');
    expect(lines.length).toBeLessThanOrEqual(10);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it(
    'answers aloud, without a key and without settings',
    async () => {
      const file = join(folder, 'example.mjs');
      writeFileSync(file, runnable(exampleOf('README.md')));
      const env = { PATH: process.env['PATH'], XDG_RUNTIME_DIR: folder, HOME: folder };
      const child = spawn(process.execPath, [file], { env, cwd: folder });
      let stdout = '';
      let stderr = '';
      child.stderr.on('data', (data: Buffer) => {
        stderr += data.toString();
      });
      const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
      const answered = new Promise<void>((resolve) => {
        child.stdout.on('data', (data: Buffer) => {
          stdout += data.toString();
          if (stdout.includes('\n')) resolve();
        });
      });
      await Promise.race([answered, ended]);
      child.kill('SIGKILL');
      await ended;
      expect(stderr).toBe('');
      expect(stdout).toMatch(/^Hello! Who are you\? → \S.*\S/);
    },
    LIMIT_MS,
  );
});
