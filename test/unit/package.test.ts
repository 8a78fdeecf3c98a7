import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string): string => readFileSync(ROOT + name, 'utf8');
const manifest = JSON.parse(read('package.json'));

interface Packed {
  readonly files: readonly { readonly path: string; readonly mode: number }[];
  readonly unpackedSize: number;
}

interface Exports {
  readonly [condition: string]: string | Exports;
}

/** Conditions may stand in conditions. */
function filesOf(exports: Exports): readonly string[] {
  return Object.values(exports).flatMap((one) => (typeof one === 'string' ? [one] : filesOf(one)));
}

describe('the package', () => {
  let packed: Packed;
  let paths: readonly string[];

  beforeAll(() => {
    const command = ['pack', '--dry-run', '--json', '--ignore-scripts'];
    const npm = process.env['npm_execpath'];
    const output =
      npm === undefined
        ? execFileSync('npm', command, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
        : execFileSync(process.execPath, [npm, ...command], {
            cwd: ROOT,
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'ignore'],
          });
    [packed] = JSON.parse(output) as [Packed];
    paths = packed.files.map(({ path }) => path);
  });

  it('holds the program, the page, the examples and what people read', () => {
    expect(paths).toEqual(
      expect.arrayContaining([
        'package.json',
        'LICENSE',
        'README.md',
        'README.ja.md',
        'CHANGELOG.md',
        'bin/mmdagent-bridge.js',
        'dist/index.js',
        'dist/index.d.ts',
        'dist/cli/main.js',
        'dist/web/index.html',
        'dist/web/page.js',
        'mdf-examples/ws-listen.mdf',
        'fixtures/audio/speech-sample.wav',
      ]),
    );
  });

  it('holds no tests, no sources, and of the fixtures only the sample and where it is from', () => {
    const wanted =
      /^(?:bin|dist|mdf-examples)\/|^fixtures\/audio\/(?:speech-sample\.wav|README\.md)$|^[^/]+$/;
    expect(paths.filter((path) => !wanted.test(path))).toEqual([]);
    expect(paths.filter((path) => /\.test\.|^\.|vitest|tsconfig|biome/.test(path))).toEqual([]);
    // Two of them are source maps of the pages.
    expect(packed.unpackedSize).toBeLessThan(10_000_000);
  });

  it('has a program that a system can start', () => {
    const [, target = ''] = Object.entries<string>(manifest.bin)[0] ?? [];
    expect(read(target).startsWith('#!/usr/bin/env node\n')).toBe(true);
    expect((packed.files.find(({ path }) => path === target)?.mode ?? 0) & 0o111).toBe(0o111);
  });

  it('has exports that lead to files', async () => {
    const targets = filesOf(manifest.exports);
    expect(targets.length).toBeGreaterThan(5);
    expect(targets.filter((target) => !existsSync(ROOT + target))).toEqual([]);
    // By its own name, as a program would.
    const name = 'mmdagent-bridge';
    expect(Object.keys(await import(name))).toContain('connect');
  });

  it('asks for the Node.js that it is written for', () => {
    expect(manifest.engines).toEqual({ node: '>=20.19' });
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    expect(major * 1000 + minor).toBeGreaterThanOrEqual(20_019);
    expect(read('.npmrc')).toContain('engine-strict=true');
  });

  it('has a lock file that names no registry', () => {
    const lock = read('package-lock.json');
    expect(lock).not.toContain('"resolved": "http');
    expect(JSON.parse(lock).version).toBe(manifest.version);
  });
});
