import { describe, expect, it } from 'vitest';
import { openChat } from '../../../src/chat/index.js';
import { systemHost } from '../../../src/devices/index.js';
import { SILENT_LOGGER } from '../../../src/runtime/index.js';
import { embeddedAvatar } from './embedded-avatar.js';
import { CountingClock } from './failing-talk.js';

describe('Opening a conversation', () => {
  it('is given up by its signal during the wait for an avatar, and leaves no timer', async () => {
    const { client, stop } = await embeddedAvatar();
    const clock = new CountingClock();
    const { signal, abort } = givenUp();
    const opening = openChat(
      { llm: { engine: 'offline' }, voice: { topology: 'text', lane: 'nobody' } },
      {
        ...{ client, clock, env: {}, host: systemHost({ PATH: '' }), logger: SILENT_LOGGER, version: 'test' },
        signal,
      },
    );
    opening.catch(() => {});
    while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
    abort();
    // Without a wait of its own: what the clock holds is taken back, not waited for.
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
    expect(clock.waiting).toBe(0);
    await stop();
  });
});

function givenUp(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
