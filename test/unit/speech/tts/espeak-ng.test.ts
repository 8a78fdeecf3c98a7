import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FakeClock } from '../../../../src/runtime/index.js';
import { LOCAL_TTS_SCHEMAS } from '../../../../src/speech/child/index.js';
import type { SpeechPart, SpeechRequest } from '../../../../src/speech/index.js';
import { EspeakNgSynthesizer } from '../../../../src/speech/tts/espeak-ng/espeak-ng-synthesizer.js';
import { readVoiceTable } from '../../../../src/speech/tts/espeak-ng/voice-table.js';
import { type ScriptedProgram, scriptedHost, settle } from '../../../support/speech/scripted-programs.js';
import { testPcm, wavOf } from '../../../support/speech/sound.js';

const PCM = testPcm(300);
/** It writes to a pipe before it knows how much it will be. */
const WAV = Buffer.from(wavOf(PCM, { sampleRateHz: 22_050, dataBytes: 0x7fff_f000 }));
/** Lines of the real program. */
const TABLE = `Pty Language       Age/Gender VoiceName          File                 Other Languages
 5  af              --/M      Afrikaans          gmw/af               
 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)
 3  en-uk           --/M      english-mb-en1     mb/mb-en1            (en-gb 3)(en 2)
 2  en-us           --/M      English_(America)  gmw/en-US            (en 3)
 5  ja              --/M      Japanese           jpx/ja               
 5  fr-fr           --/M      French_(France)    roa/fr               (fr 5)
`;

class Rig {
  readonly clock = new FakeClock();
  readonly host;
  readonly engine: EspeakNgSynthesizer;
  act = (program: ScriptedProgram): void => {
    program.write(WAV);
    program.end(0);
  };

  constructor(programs: readonly string[] = ['espeak-ng']) {
    this.host = scriptedHost({ programs, answer: { stdout: TABLE }, act: (program) => this.act(program) });
    const options = LOCAL_TTS_SCHEMAS['espeak-ng'].schema(z).parse({ type: 'espeak-ng' });
    const toKana = async (text: string) => text;
    this.engine = new EspeakNgSynthesizer('espeak-ng', options, {
      clock: this.clock,
      host: this.host,
      toKana,
    });
  }

  hear(request: SpeechRequest) {
    const heard: { parts: SpeechPart[]; end: unknown } = { parts: [], end: undefined };
    void (async () => {
      try {
        for await (const part of this.engine.speak(request)) heard.parts.push(part);
        heard.end = 'done';
      } catch (error) {
        heard.end = error;
      }
    })();
    return heard;
  }
}

const rigs: Rig[] = [];
const make = (programs?: readonly string[]): Rig => {
  const rig = new Rig(programs);
  rigs.push(rig);
  return rig;
};
const soundOf = (parts: readonly SpeechPart[]): Buffer =>
  Buffer.concat(parts.flatMap((part) => (part.type === 'sound' ? [part.pcm] : [])));

afterEach(async () => {
  for (const { engine, clock } of rigs.splice(0)) {
    await engine.close();
    expect(clock.pendingCount).toBe(0);
  }
});

describe('EspeakNgSynthesizer', () => {
  it('has the program say each sentence that it reads from standard input, with the pause between', async () => {
    const rig = make();
    const heard = rig.hear({ text: 'One. <b>--help & [[x]]', speed: 2 });
    await settle();
    expect(heard.end).toBe('done');
    expect(rig.host.spawned.map(({ input }) => input)).toEqual(['One.\n', '&lt;b>--help &amp;  x\n']);
    expect(rig.host.spawned[0]?.args).toEqual([
      ...['-b', '1', '-m', '-v', 'en-us+f5', '-s', '330', '-p', '50', '-a', '100', '--stdin', '--stdout'],
    ]);
    expect(heard.parts[0]).toEqual({ type: 'start', sampleRateHz: 22_050 });
    const pause = Buffer.alloc(2 * Math.round(0.15 * 22_050));
    expect(Buffer.compare(soundOf(heard.parts), Buffer.concat([PCM, pause, PCM]))).toBe(0);
  });

  it('gives sound as it comes, and no timings', async () => {
    const rig = make();
    rig.act = (program) => program.write(WAV.subarray(0, 400));
    const heard = rig.hear({ text: 'One.' });
    await settle();
    expect(heard.parts.map(({ type }) => type)).toContain('sound');
    expect(rig.engine.tells).toBe('nothing');
    rig.host.spawned[0]?.write(WAV.subarray(400));
    rig.host.spawned[0]?.end(0);
    await settle();
    expect(heard.end).toBe('done');
    expect(Buffer.compare(soundOf(heard.parts), PCM)).toBe(0);
  });

  it('feeds Japanese as phonemes', async () => {
    const rig = make();
    rig.hear({ text: 'ガッコー。', language: 'ja' });
    await settle();
    expect(rig.host.spawned[0]?.input).toBe("[[g,akk'o,o]].\n");
    expect(rig.host.spawned[0]?.args).toContain('ja+f5');
  });

  it('finds the voice of a language in what the program lists', async () => {
    const rig = make();
    rig.hear({ text: 'Bonjour', language: 'fr-CA' });
    await settle();
    expect(rig.host.spawned[0]?.args).toContain('roa/fr+f5');
    const heard = rig.hear({ text: 'Hello', language: 'tlh' });
    await settle();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_VOICE' });
  });

  it('kills the program when aborted in the middle, or the loop is left', async () => {
    const rig = make();
    rig.act = (program) => program.write(WAV.subarray(0, 400));
    const controller = new AbortController();
    const heard = rig.hear({ text: 'One.', signal: controller.signal });
    await settle();
    const reason = new Error('the user spoke');
    controller.abort(reason);
    await settle();
    expect(heard.end).toBe(reason);
    expect(rig.host.spawned[0]?.signals).toEqual(['SIGTERM']);
    for await (const part of rig.engine.speak({ text: 'Two.' })) if (part.type === 'sound') break;
    expect(rig.host.spawned[1]?.signals).toEqual(['SIGTERM']);
  });

  it('kills the program when closed, and speaks no more', async () => {
    const rig = make();
    rig.act = (program) => program.write(WAV.subarray(0, 400));
    const heard = rig.hear({ text: 'One.' });
    await settle();
    await rig.engine.close();
    await settle();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_PROGRAM' });
    expect(rig.host.spawned[0]?.hasEnded).toBe(true);
    const later = rig.hear({ text: 'Two.' });
    await settle();
    expect(later.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_PROGRAM' });
    expect(rig.host.spawned).toHaveLength(1);
  });

  it.each([
    ['an exit code', 1, 'Error: The specified espeak-ng voice does not exist.'],
    ['nothing but a complaint and code 0', 0, "espeak-ng: invalid option -- 'P'"],
  ])('tells what the program complained of with %s', async (_name, code, words) => {
    const rig = make();
    rig.act = (program) => {
      program.complain(`${words}\n`);
      program.end(code);
    };
    const heard = rig.hear({ text: 'One.' });
    await settle();
    expect(heard.end).toMatchObject({
      code: 'BRIDGE_ERR_SPEECH_PROGRAM',
      message: `espeak-ng ended with exit code ${code}: ${words}`,
    });
  });

  it('notices a program that stops in the middle', async () => {
    const rig = make();
    rig.act = (program) => program.write(WAV.subarray(0, 400));
    const heard = rig.hear({ text: 'One.' });
    await settle();
    await rig.clock.advanceAsync(10_000);
    await settle();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_STALLED', retryable: true });
  });

  it('tells what to install', async () => {
    const rig = make([]);
    expect(await rig.engine.advice()).toContain('apt install espeak-ng');
    expect(await make().engine.advice()).toBeUndefined();
    const heard = rig.hear({ text: 'One.' });
    await settle();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_PROGRAM', retryable: false });
  });
});

describe('readVoiceTable', () => {
  it('reads what espeak-ng prints, without voices whose data is elsewhere', () => {
    expect(readVoiceTable(TABLE).map(({ identifier }) => identifier)).toEqual([
      'gmw/af',
      'gmw/en',
      'gmw/en-US',
      'jpx/ja',
      'roa/fr',
    ]);
    expect(readVoiceTable(TABLE)[1]).toEqual({
      name: 'English (Great Britain)',
      identifier: 'gmw/en',
      languages: [
        { code: 'en-gb', priority: 2 },
        { code: 'en', priority: 2 },
      ],
    });
  });
});
