import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openStreamComments } from '../../../src/app/stream-comments.js';
import type { Comments } from '../../../src/comments/index.js';
import { defaultConfig, type ResolvedConfig } from '../../../src/config/index.js';
import { SILENT_LOGGER, SystemClock } from '../../../src/runtime/index.js';
import { type SessionRig, sessionRig } from '../../support/sessions/session-rig.js';

describe('A program that looks at comments, over HTTP', () => {
  let program: Server | undefined;
  let comments: Comments | undefined;
  let rig: SessionRig | undefined;
  afterEach(async () => {
    await comments?.close();
    await rig?.sessions.close();
    program?.closeAllConnections();
    await new Promise((resolve) => program?.close(resolve));
  });

  /** @returns the paths that were asked for, and what became of the comments. */
  async function looked(path: string): Promise<{ asked: string[]; verdict: string }> {
    const asked: string[] = [];
    program = createServer((request, response) => {
      asked.push(request.url ?? '');
      request.resume().on('end', () => {
        if (request.url === '/away') response.writeHead(307, { location: '/elsewhere' }).end();
        else response.writeHead(200, { 'content-type': 'application/json' }).end('"drop"');
      });
    });
    await new Promise<void>((resolve) => program?.listen(0, '127.0.0.1', resolve));
    const moderationUrl = `http://127.0.0.1:${(program.address() as AddressInfo).port}${path}`;
    rig = sessionRig();
    const config = { ...defaultConfig(), comments: { moderationUrl } };
    comments = await openStreamComments(
      {
        ...{ resolved: { config } as unknown as ResolvedConfig, clock: new SystemClock(), env: {} },
        logger: SILENT_LOGGER,
      },
      rig.sessions,
    );
    const dropped = new Promise<string>((resolve) =>
      comments?.events.on('dropped', (_, reason) => resolve(reason)),
    );
    comments.submit({ text: 'Hello', name: 'Aki' });
    return { verdict: await dropped, asked };
  }

  it('is asked, and what it drops is dropped', async () => {
    expect(await looked('/look')).toEqual({ asked: ['/look'], verdict: 'moderated' });
  });

  it('is followed nowhere else: what a stranger wrote is not passed on', async () => {
    expect(await looked('/away')).toEqual({ asked: ['/away'], verdict: 'moderationFailed' });
  });
});
