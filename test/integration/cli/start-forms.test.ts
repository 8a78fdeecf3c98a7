import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/free-port.js';
import { type CliRig, cliRig } from './rig.js';

const MANIFEST = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

describe('The two forms of the popup chat', () => {
  let rig: CliRig;
  beforeEach(() => {
    rig = cliRig();
    rig.env['XDG_CONFIG_HOME'] = rig.directory;
  });
  afterEach(() => rig.close());

  it.each([
    ['start-v1', 'http', 'first form'],
    ['start-v2', 'ws', 'second form'],
  ])(
    'W32: npm run %s serves the page of %s at /, and what it talks to',
    async (script, transport, title) => {
      const [node, program, ...args] = MANIFEST.scripts[script]?.split(' ') ?? [];
      expect([node, program, args[0]]).toEqual(['node', 'bin/mmdagent-bridge.js', 'start']);
      const port = await freePort();
      // Without a browser, on a port of this test, and where no MMDAgent-EX is.
      const own = ['--no-open', '--page-port', String(port), '--link', 'simulator:', '--foreground'];
      const running = rig.start(...args, ...own);
      await running.says(/Open http/);
      const url = `http://localhost:${port}`;
      const page = await (await fetch(`${url}/`)).text();
      expect(page).toContain(title);
      expect(page).toMatch(new RegExp(`<script src="widget\\.js" data-transport="${transport}"`));
      expect((await fetch(`${url}/widget.js`)).status).toBe(200);
      const welcome = (await (await fetch(`${url}/api/popup`)).json()) as { welcome?: string };
      expect(typeof welcome.welcome).toBe('string');
      const answer = await fetch(`${url}/api/message`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: url },
        body: JSON.stringify({ id: 'aB3dE6gH9j', message: 'What is 20 times 3?', voice: false }),
      });
      expect(answer.status).toBe(200);
      expect(((await answer.json()) as { answer: string }).answer).toContain('60');
      // The console is still there, beside it.
      expect((await fetch(`${url}/console`)).status).toBe(200);
      running.child.kill('SIGTERM');
      expect((await running.ended).code).toBe(0);
    },
    60_000,
  );
});
