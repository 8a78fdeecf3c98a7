import { afterEach, describe, expect, it } from 'vitest';
import { recorded, type SessionRig, sessionRig } from '../../support/sessions/session-rig.js';
import { voiceBlocks } from '../../support/sessions/voice-blocks.js';

const BLOCK_MS = 500;

describe('A microphone in blocks of half a second', () => {
  let rig: SessionRig | undefined;
  afterEach(() => rig?.sessions.close());

  it('G2, G3, G4: each is searched for the pause, which ends what is said and begins the reply by itself', async () => {
    rig = sessionRig({}, { conversation: { hearing: { pauseMs: { fixed: 600 } } } });
    const session = rig.open({ voice: { to: 'client' } });
    const told = recorded(session);
    const ended = new Promise((resolve) => session.events.once('ended', resolve));
    const block = { count: 0, ofVoice: 0, ofPause: 0 };
    session.events.on('voice', (isVoice) => {
      if (isVoice) block.ofVoice ||= block.count;
    });
    session.events.once('accepted', () => {
      block.ofPause = block.count;
    });
    for await (const pcm of voiceBlocks(BLOCK_MS)) {
      block.count++;
      session.hear(pcm);
    }
    await ended;
    // Noticed in one of the first blocks, and its end in one of the three of silence behind it: nobody said that it was over.
    expect(block.ofVoice).toBeGreaterThan(0);
    expect(block.ofVoice).toBeLessThanOrEqual(3);
    expect(block.ofPause).toBeGreaterThan(block.count - 4);
    const names = told.map(({ name }) => name);
    expect(names.filter((name) => name === 'turn')).toHaveLength(1);
    expect(names.indexOf('sound')).toBeGreaterThan(names.indexOf('turn'));
  }, 30_000);
});
