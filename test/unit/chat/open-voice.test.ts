import { beforeEach, describe, expect, it } from 'vitest';
import { AvatarWatch } from '../../../src/chat/avatar-watch.js';
import { openVoice, type VoicePorts } from '../../../src/chat/open-voice.js';
import type { BridgeClient } from '../../../src/client/index.js';
import { takesSound } from '../../../src/reply/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { VoiceConverter } from '../../../src/speaking/index.js';
import { CodedEngine } from '../../support/reply/coded-engine.js';
import { speechWith } from '../../support/reply/reply-rig.js';
import { ScriptedPlayer } from '../../support/reply/scripted-player.js';

describe('The voice of a conversation with a client elsewhere', () => {
  let clock: FakeClock;
  let player: ScriptedPlayer;
  let ports: VoicePorts;

  beforeEach(async () => {
    // Loaded in real time, which does not pass here.
    await VoiceConverter.warmUp();
    clock = new FakeClock();
    player = new ScriptedPlayer(clock, 8000);
    ports = {
      client: noDaemon(),
      clock,
      env: {},
      speech: await speechWith({}, clock, (name) => new CodedEngine(name, clock, 'characters')),
      engines: undefined,
      pronouncer: undefined,
      openPlayback: undefined,
      avatar: AvatarWatch.nobody(),
      isSound: false,
      onShownOnly: () => {
        throw new Error('It was only shown');
      },
    };
  });

  it('is played by the client, at its rate, avatar or not', async () => {
    const { voice, topology, why, speaks } = await openVoice({ player, sampleRateHz: 8000 }, ports);
    expect({ topology, why, speaks }).toEqual({
      topology: 'client',
      why: 'the client plays the sound',
      speaks: 'first',
    });
    expect([voice.topology, takesSound(voice)]).toEqual(['client', true]);
    await voice.prepare();
    const reply = voice.open();
    void reply.push({ text: 'Hello.' });
    reply.end();
    await clock.advanceAsync(1000);
    expect((await reply.ended).heard.text).toBe('Hello.');
    const [piece] = player.of('piece');
    expect(piece?.pcm.byteLength).toBe(300 * 16);
    expect(player.broken).toEqual([]);
  });

  it('is a text where that is asked for, read at the speed that is asked for', async () => {
    const { voice, topology } = await openVoice({ topology: 'text', msPerCharacter: 0, player }, ports);
    expect(topology).toBe('text');
    const reply = voice.open();
    void reply.push({ text: 'Nobody reads this so fast.' });
    reply.end();
    await clock.advanceAsync(0);
    expect((await reply.ended).heard.text).toBe('Nobody reads this so fast.');
    expect(clock.nowMs()).toBe(0);
    expect(player.calls).toEqual([]);
  });

  it('is refused by name where there is no client', async () => {
    await expect(openVoice({ topology: 'client' }, ports)).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LINK_UNSUPPORTED',
    });
  });
});

/** Whoever asks it anything fails. */
function noDaemon(): BridgeClient {
  return {
    request: async () => {
      throw new Error('Nobody shall ask a daemon');
    },
  } as unknown as BridgeClient;
}
