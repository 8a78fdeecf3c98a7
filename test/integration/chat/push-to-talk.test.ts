import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silence, speechLike } from '../../support/speech/hearing-sound.js';
import { type HearingVendor, startHearingVendor } from '../../support/speech/hearing-vendor.js';
import { wavOf } from '../../support/speech/sound.js';
import { type CliRig, cliRig } from '../cli/rig.js';

const LIMIT_MS = 60_000;

/** Two utterances, with a pause between them that would end the first. */
const SOUND = new Uint8Array(Buffer.concat([speechLike(0.6), silence(1.5), speechLike(0.6)]));

describe('chat --push-to-talk', () => {
  let rig: CliRig;
  let vendor: HearingVendor;
  beforeAll(async () => {
    rig = cliRig();
    vendor = await startHearingVendor({
      type: 'openai',
      options: () => ({}),
      answer: (text = '') => ({ type: 'application/json', body: JSON.stringify({ text }) }),
    });
    rig.env['BRIDGE_STT_ENGINES'] = JSON.stringify({
      own: { type: 'openai', baseUrl: vendor.url, model: 'whisper-small' },
    });
  });
  afterAll(async () => {
    await vendor.close();
    await rig.close();
  });

  const chat = (...args: string[]) => rig.run('chat', '--topology', 'text', '--llm', 'offline', ...args);

  it(
    'hears what is said while the key is down as one turn, whatever pauses are in it',
    async () => {
      const file = rig.file('said.wav', wavOf(SOUND, { sampleRateHz: 16_000 }));
      const script = rig.file('script.txt', `/talk\n/voice ${file}\n/talk\n`);
      const { code, stdout, stderr } = await chat('--json', '--script', script, '--push-to-talk');
      expect(code, stderr).toBe(0);
      const events = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const named = (name: string) => events.filter(({ event }) => event === name);
      expect(named('talking').map(({ isTalking }) => isTalking)).toEqual([true, false]);
      expect(named('turnEnded')).toMatchObject([{ by: 'voice', user: 'The weather is fine today.' }]);
      const at = (name: string) => events.findIndex(({ event }) => event === name);
      expect(at('turn')).toBeGreaterThan(at('talking'));
      expect(named('told').map(({ text }) => text)).toContainEqual(
        expect.stringMatching(/^Push to talk: Space/),
      );
    },
    LIMIT_MS,
  );

  it(
    'is needed where nothing else would hear, and needs something to hear',
    async () => {
      const off = rig.file('off.json', JSON.stringify({ conversation: { hearing: { vad: 'off' } } }));
      const refused: readonly (readonly [RegExp, ...string[]])[] = [
        [
          /hearing\.vad is "off": nothing that is said would be heard\. Add --push-to-talk/,
          '--mic',
          '--config',
          off,
        ],
        [/--push-to-talk is for what is spoken: add --mic/, '--push-to-talk'],
      ];
      for (const [told, ...args] of refused) {
        const { code, stderr } = await chat(...args);
        expect(stderr).toMatch(told);
        expect(code).toBe(2);
      }
    },
    LIMIT_MS,
  );
});
