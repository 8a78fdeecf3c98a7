import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isCi, optionalTools } from './optional-tools.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = ['src', 'build.config.js', 'tsconfig.json', 'tsconfig.build.json'];
const BUILT = ['dist/index.js', 'dist/web/page.js'];

/** Before all tests: dist/ is what the sources say, since some tests run the program as its users do. */
export function setup(): void {
  const missing = optionalTools().filter(({ isThere }) => !isThere);
  if (isCi && missing.length > 0) {
    const names = missing.map((tool) => tool.package).join(' ');
    throw new Error(`With CI set no test may be left out, and these Debian packages are missing: ${names}`);
  }
  if (!isStale()) return;
  try {
    execFileSync(process.execPath, ['build.config.js'], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  } catch (error) {
    if (isCi) throw error;
    // A type error in one room must not keep the tests of another from running.
    process.stderr.write('dist/ could not be built: tests that run the program see an old one, or none\n');
  }
}

function isStale(): boolean {
  const built = BUILT.map((name) => join(ROOT, name));
  if (!built.every((path) => existsSync(path))) return true;
  const builtAtMs = Math.min(...built.map((path) => statSync(path).mtimeMs));
  return SOURCES.some((name) => newestMs(join(ROOT, name)) > builtAtMs);
}

function newestMs(path: string): number {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  // The folder's own time tells of files that were removed.
  return Math.max(status.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}
