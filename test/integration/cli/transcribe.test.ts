import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silence, speechLike } from '../../support/speech/hearing-sound.js';
import { type HearingVendor, startHearingVendor } from '../../support/speech/hearing-vendor.js';
import { wavOf } from '../../support/speech/sound.js';
import { type CliRig, cliRig } from './rig.js';

let rig: CliRig;
let vendor: HearingVendor;
beforeAll(async () => {
  rig = cliRig();
  rig.env['HOME'] = rig.directory;
  vendor = await startHearingVendor({
    type: 'openai',
    options: () => ({}),
    answer: (text = '') => ({
      type: 'application/json',
      body: JSON.stringify({ text, language: 'english', words: [{ word: 'The', start: 0.1, end: 0.3 }] }),
    }),
  });
  rig.env['BRIDGE_STT_ENGINES'] = JSON.stringify({
    own: { type: 'openai', baseUrl: vendor.url, model: 'whisper-small' },
  });
});
afterEach(() => {
  vendor.fault = 'whole';
});
afterAll(async () => {
  await vendor.close();
  await rig.close();
});

const SOUND = new Uint8Array(
  Buffer.concat([silence(0.5), speechLike(1), silence(1.5), speechLike(1), silence(0.5)]),
);

describe('transcribe', () => {
  it('prints one line for each utterance, and on stderr who listens', async () => {
    const file = rig.file('talk.wav', wavOf(SOUND, { sampleRateHz: 16_000 }));
    const { code, stdout, stderr } = await rig.run('transcribe', file);
    expect(code, stderr).toBe(0);
    expect(stdout).toBe('The weather is fine today.\nThe weather is fine today.\n');
    expect(stderr).toContain('own listens: it is set up in the settings');
  });

  it('answers in JSON with words and their times in the whole', async () => {
    const file = rig.file('talk.wav', wavOf(SOUND, { sampleRateHz: 16_000 }));
    const { code, stdout, stderr } = await rig.run(
      'transcribe',
      '--json',
      '--engine',
      'own',
      '--language',
      'en',
      file,
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toBe('');
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ engine: 'own', durationMs: 4500 });
    expect(answer.utterances).toHaveLength(2);
    const [, second] = answer.utterances;
    expect(second.words[0].startMs).toBe(second.startMs + 100);
  });

  it('reads raw sound from standard input', async () => {
    const running = rig.start('transcribe', '-', '--raw', '16000:1:s16le');
    running.child.stdin?.end(SOUND);
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(2);
  });

  it('hears nothing in silence, asks nobody, and says so', async () => {
    const before = vendor.requests.length;
    const file = rig.file('silence.wav', wavOf(silence(3), { sampleRateHz: 16_000 }));
    const { code, stdout, stderr } = await rig.run('transcribe', file);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('nothing was said');
    expect(vendor.requests).toHaveLength(before);
  });

  it('says what is wrong: no file, no such engine, a key refused', async () => {
    const file = rig.file('talk.wav', wavOf(SOUND, { sampleRateHz: 16_000 }));
    const missing = await rig.run('transcribe', 'not-there.wav');
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('not-there.wav');
    const unknown = await rig.run('transcribe', file, '--engine', 'opnai');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('Did you mean openai');
    vendor.fault = { status: 401, body: '{"error":{"message":"Incorrect API key"}}' };
    const refused = await rig.run('transcribe', file);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('key');
    expect(refused.stdout).toBe('');
  });

  it('ends at Ctrl-C with 130', async () => {
    const file = rig.file('talk.wav', wavOf(SOUND, { sampleRateHz: 16_000 }));
    vendor.fault = 'silent';
    const running = rig.start('transcribe', file);
    await running.says(/listens/);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });
});
