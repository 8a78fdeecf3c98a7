import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/runtime/index.js';
import { openPeerVoice } from '../../../src/speech/index.js';
import { PeerOnlySynthesizer } from '../../../src/speech/peer-only-synthesizer.js';
import { collect } from './around/fake-engine.js';

const options = { type: 'mmdagent', styles: { mei: 'ja', slt: 'en' }, style: 'slt', startMs: 3000 } as const;

describe('PeerOnlySynthesizer', () => {
  it('lists the styles and gives no sound', async () => {
    const engine = new PeerOnlySynthesizer('mmdagent', options);
    expect(engine.languages).toEqual(['ja', 'en']);
    expect(await engine.voices()).toMatchObject([
      { id: 'mei', languages: ['ja'], isDefault: false },
      { id: 'slt', languages: ['en'], isDefault: true },
    ]);
    await expect(collect(engine.speak())).rejects.toMatchObject({
      code: 'BRIDGE_ERR_SPEECH_REFUSED',
      retryable: false,
    });
  });
});

describe('openPeerVoice', () => {
  const parts = {
    clock: new FakeClock(),
    env: {},
    alias: '0',
    messages: { send: async () => {}, onMessage: () => () => {} },
  };

  it('takes the options of the engine that is named', async () => {
    const engines = { mine: { type: 'mmdagent', styles: { taro: 'ja' } } };
    const voice = await openPeerVoice({ engines }, { ...parts, engine: 'mine' });
    expect(voice.styles).toEqual({ taro: 'ja' });
    expect((await openPeerVoice({}, { ...parts, engine: 'mmdagent' })).styles).toHaveProperty(
      'mei_voice_normal',
    );
  });

  it.each(['embedded', 'nobody'])('refuses %s', async (engine) => {
    await expect(openPeerVoice({}, { ...parts, engine })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_SPEECH_ENGINE',
    });
  });
});
