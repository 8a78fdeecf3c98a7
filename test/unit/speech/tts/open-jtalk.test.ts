import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FakeClock } from '../../../../src/runtime/index.js';
import type { SpeechFiles } from '../../../../src/speech/child/file-port.js';
import { LOCAL_TTS_SCHEMAS } from '../../../../src/speech/child/index.js';
import type { SpeechPart, SpeechRequest } from '../../../../src/speech/index.js';
import { OpenJtalkSynthesizer } from '../../../../src/speech/tts/open-jtalk/open-jtalk-synthesizer.js';
import { type ScriptedProgram, scriptedHost, settle } from '../../../support/speech/scripted-programs.js';
import { testPcm, wavOf } from '../../../support/speech/sound.js';

const DICTIONARY = '/var/lib/mecab/dic/open-jtalk/naist-jdic/sys.dic';
const JPN = 'FULLCONTEXT_FORMAT:HTS_TTS_JPN\n';
const VOICES: Readonly<Record<string, string>> = {
  '/voices/mei/mei_angry.htsvoice': JPN,
  '/voices/mei/mei_normal.htsvoice': JPN,
  '/voices/slt/slt.htsvoice': 'FULLCONTEXT_FORMAT:HTS_TTS_ENG\n',
  '/voices/README.txt': JPN,
};
/** 100 ms at 48 kHz, and labels that end there. */
const PCM = testPcm(4800);
const TRACE = [
  '[Text analysis result]',
  'はい,感動詞,*,*\xff',
  '[Output label]',
  '0 200000 xx^xx-sil+h=a/A:xx',
  '200000 500000 xx^sil-h+a=i/A:1',
  '500000 700000 sil^h-U+i=sil/A:1',
  '700000 1000000 h^U-kw+sil=xx/A:xx',
  '',
  '[Global parameter]',
  'Sampling frequency -> 48000(Hz)',
].join('\n');

class Rig {
  readonly clock = new FakeClock();
  /** Written by the program. */
  readonly written = new Map<string, Uint8Array>();
  readonly folders = new Set<string>();
  readonly paths: Record<string, string> = { [DICTIONARY]: '', ...VOICES };
  readonly host;
  readonly engine: OpenJtalkSynthesizer;
  act = (program: ScriptedProgram): void => this.speak(program);

  constructor(options: Record<string, unknown> = {}, programs: readonly string[] = ['open_jtalk']) {
    this.host = scriptedHost({ programs, act: (program) => this.act(program) });
    const checked = LOCAL_TTS_SCHEMAS['open-jtalk']
      .schema(z)
      .parse({ type: 'open-jtalk', voices: ['/voices'], ...options });
    this.engine = new OpenJtalkSynthesizer('open-jtalk', checked, {
      clock: this.clock,
      host: this.host,
      files: this.#files(),
    });
  }

  speak(program: ScriptedProgram, pcm = PCM, trace = TRACE): void {
    this.written.set(argument(program, '-ow'), wavOf(pcm, { sampleRateHz: 48_000 }));
    this.written.set(argument(program, '-ot'), Buffer.from(trace, 'latin1'));
    program.end(0);
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

  #files(): SpeechFiles {
    const all = (): string[] => Object.keys(this.paths);
    let count = 0;
    return {
      list: (folder) =>
        [
          ...new Set(
            all().flatMap((path) =>
              path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1).split('/')[0] ?? ''] : [],
            ),
          ),
        ].sort(),
      isFolder: (path) => all().some((candidate) => candidate.startsWith(`${path}/`)),
      isFile: (path) => path in this.paths,
      head: (path) => Buffer.from(this.paths[path] ?? ''),
      makeFolder: async () => {
        const folder = `/tmp/run${count++}`;
        this.folders.add(folder);
        return folder;
      },
      read: async (path) => this.written.get(path),
      removeFolder: async (folder) => void this.folders.delete(folder),
    };
  }
}

function argument(program: ScriptedProgram, flag: string): string {
  return program.args[program.args.indexOf(flag) + 1] ?? '';
}

const rigs: Rig[] = [];
const make = (...args: ConstructorParameters<typeof Rig>): Rig => {
  const rig = new Rig(...args);
  rigs.push(rig);
  return rig;
};

afterEach(async () => {
  for (const { engine, clock, folders } of rigs.splice(0)) {
    await engine.close();
    expect(clock.pendingCount).toBe(0);
    expect([...folders]).toEqual([]);
  }
});

describe('OpenJtalkSynthesizer', () => {
  it('has the program say a line that it reads from standard input', async () => {
    const rig = make({ pitch: -2, speed: 1.5, allPass: 0.52 });
    const heard = rig.hear({ text: '-m /etc/passwd; $(id)\u0000\nはい', speed: 2 });
    await settle();
    expect(heard.end).toBe('done');
    const [program] = rig.host.spawned;
    expect(program?.file).toBe('/usr/bin/open_jtalk');
    expect(program?.input).toBe('-m /etc/passwd; $(id)\n');
    expect(rig.host.spawned[1]?.input).toBe('はい\n');
    expect(program?.args.slice(0, 12)).toEqual([
      '-x',
      dirname(DICTIONARY),
      '-m',
      '/voices/mei/mei_normal.htsvoice',
      '-r',
      '3',
      '-fm',
      '-2',
      '-a',
      '0.52',
      '-g',
      '-3',
    ]);
  });

  it('gives the sound bit by bit at its own rate, with the exact time of every phoneme', async () => {
    const rig = make();
    const heard = rig.hear({ text: 'はい' });
    await settle();
    expect(heard.parts).toEqual([
      { type: 'start', sampleRateHz: 48_000 },
      {
        type: 'phonemes',
        isExact: true,
        phonemes: [
          { phoneme: 'sil', startMs: 0, endMs: 20 },
          { phoneme: 'h', startMs: 20, endMs: 50 },
          { phoneme: 'U', startMs: 50, endMs: 70 },
          { phoneme: 'k', startMs: 70, endMs: 85 },
          { phoneme: 'w', startMs: 85, endMs: 100 },
        ],
      },
      { type: 'sound', pcm: expect.anything() },
    ]);
    const sound = heard.parts[2];
    expect(sound?.type === 'sound' && Buffer.compare(sound.pcm, PCM)).toBe(0);
  });

  it('goes on counting where the sentence before ended, and makes the next while one is handed on', async () => {
    const rig = make();
    const iterator = rig.engine.speak({
      text: `${'あ'.repeat(59)}。${'い'.repeat(59)}。${'う'.repeat(59)}。`,
    });
    await iterator.next();
    await settle();
    expect(rig.host.spawned).toHaveLength(2);
    const parts: SpeechPart[] = [];
    for await (const part of iterator) parts.push(part);
    const starts = parts.flatMap((part) => (part.type === 'phonemes' ? [part.phonemes[0]?.startMs] : []));
    expect(starts).toEqual([0, 100, 200]);
    expect(rig.host.spawned).toHaveLength(3);
  });

  it('stretches labels over the sound when they end a frame apart, and leaves those of another alone', async () => {
    const rig = make();
    rig.act = (program) => rig.speak(program, testPcm(4824));
    const heard = rig.hear({ text: 'はい' });
    await settle();
    const phonemes = heard.parts.flatMap((part) => (part.type === 'phonemes' ? part.phonemes : []));
    expect(phonemes.at(-1)?.endMs).toBeCloseTo(100.5, 9);
    expect(phonemes[1]?.startMs).toBeCloseTo(20.1, 9);
  });

  it('never gives a line longer than the program has memory for, as full-width letters', async () => {
    const rig = make();
    rig.hear({ text: 'a'.repeat(2000) + 'あ'.repeat(2000) });
    await settle();
    expect(rig.host.spawned.length).toBeGreaterThan(10);
    for (const { input } of rig.host.spawned) {
      const wide = input.trim().replace(/[!-~]/g, 'Ａ');
      expect(Buffer.byteLength(wide)).toBeLessThanOrEqual(900);
    }
    expect(rig.host.spawned.map(({ input }) => input.trim()).join('')).toBe(
      'a'.repeat(2000) + 'あ'.repeat(2000),
    );
  });

  it('passes over what has no phoneme, and says so when that is all', async () => {
    const rig = make();
    rig.act = (program) => {
      program.complain(
        'WARNING: JPCommonLabel_make() in jcomon_label.c: No phoneme.\nError: waveform cannot be synthesized.\n',
      );
      program.end(1);
    };
    const heard = rig.hear({ text: '…！？' });
    await settle();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_TEXT', retryable: false });
    const nothing = rig.hear({ text: ' \n' });
    await settle();
    expect(nothing.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_TEXT' });
    expect(rig.host.spawned).toHaveLength(1);
  });

  it('tells what the program complained of', async () => {
    const rig = make();
    rig.act = (program) => {
      program.complain(
        'Warning: HTS_fopen: Cannot open x.\nError: Dictionary or HTS voice cannot be loaded.\n',
      );
      program.end(1);
    };
    const heard = rig.hear({ text: 'はい' });
    await settle();
    expect(heard.end).toMatchObject({
      code: 'BRIDGE_ERR_SPEECH_PROGRAM',
      message: 'open_jtalk ended with exit code 1: Error: Dictionary or HTS voice cannot be loaded.',
    });
  });

  it('can be asked again after it crashed', async () => {
    const rig = make();
    rig.act = (program) => program.end(null, 'SIGABRT');
    const heard = rig.hear({ text: 'はい' });
    await settle();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_PROGRAM', retryable: true });
    rig.act = (program) => rig.speak(program);
    const again = rig.hear({ text: 'はい' });
    await settle();
    expect(again.end).toBe('done');
  });

  it('does not take labels that are none for an open mouth', async () => {
    const rig = make();
    rig.act = (program) => rig.speak(program, PCM, '[Output label]\nnonsense\n');
    const heard = rig.hear({ text: 'はい' });
    await settle();
    expect(heard.end).toMatchObject({
      code: 'BRIDGE_ERR_SPEECH_PROGRAM',
      message: expect.stringContaining('labels'),
    });
  });

  it.each(['while the program works', 'while the next is made'])(
    'kills the program when aborted %s',
    async (place) => {
      const rig = make();
      const isLater = place === 'while the next is made';
      rig.act = (program) => {
        if (isLater && rig.host.spawned.length === 1) rig.speak(program);
      };
      const controller = new AbortController();
      const reason = new Error('the user spoke');
      const text = `${'あ'.repeat(59)}。${'い'.repeat(59)}。`;
      const heard = rig.hear({ text, signal: controller.signal });
      await settle();
      controller.abort(reason);
      await settle();
      expect(heard.end).toBe(reason);
      expect(rig.host.spawned.at(-1)?.signals).toEqual(['SIGTERM']);
    },
  );

  it('kills the program when the loop is left, or the engine closed', async () => {
    const rig = make();
    rig.act = (program) => {
      if (rig.host.spawned.length === 1) rig.speak(program);
    };
    const text = `${'あ'.repeat(59)}。${'い'.repeat(59)}。`;
    for await (const part of rig.engine.speak({ text })) if (part.type === 'sound') break;
    await settle();
    expect(rig.host.spawned[1]?.signals).toEqual(['SIGTERM']);
    const heard = rig.hear({ text });
    await settle();
    await rig.engine.close();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_PROGRAM' });
    expect(rig.host.spawned.every(({ hasEnded }) => hasEnded)).toBe(true);
  });

  it('notices a program that hangs, and kills it though it takes no SIGTERM', async () => {
    const rig = make();
    rig.act = (program) => {
      program.endsOn = undefined;
    };
    const heard = rig.hear({ text: 'はい' });
    await settle();
    await rig.clock.advanceAsync(60_000);
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_STALLED', retryable: true });
    await rig.clock.advanceAsync(500);
    expect(rig.host.spawned[0]?.signals).toEqual(['SIGTERM', 'SIGKILL']);
  });

  it('lists Japanese voices, the normal mood as default, and speaks with the one asked for', async () => {
    const rig = make();
    expect((await rig.engine.voices()).map(({ id, isDefault }) => [id, isDefault ?? false])).toEqual([
      ['mei_angry', false],
      ['mei_normal', true],
    ]);
    rig.hear({ text: 'はい', voice: 'mei_angry' });
    await settle();
    expect(rig.host.spawned[0]?.args).toContain('/voices/mei/mei_angry.htsvoice');
    const heard = rig.hear({ text: 'はい', voice: 'slt' });
    await settle();
    expect(heard.end).toMatchObject({
      code: 'BRIDGE_ERR_SPEECH_VOICE',
      message: expect.stringContaining('mei_angry, mei_normal'),
    });
  });

  it('tells voices of one name apart by their folders', async () => {
    const rig = make();
    rig.paths['/voices/other/mei_normal.htsvoice'] = JPN;
    expect((await rig.engine.voices()).map(({ id }) => id)).toEqual([
      'mei_angry',
      'mei/mei_normal',
      'other/mei_normal',
    ]);
  });

  it('tells what is missing and where to get it', async () => {
    expect(await make().engine.advice()).toBeUndefined();
    expect(await make({}, []).engine.advice()).toContain('apt install open-jtalk');
    const noDictionary = make();
    delete noDictionary.paths[DICTIONARY];
    expect(await noDictionary.engine.advice()).toContain('apt install open-jtalk-mecab-naist-jdic');
    const noVoice = make({ voices: ['/nothing'] });
    expect(await noVoice.engine.advice()).toContain('/nothing');
    const heard = noVoice.hear({ text: 'はい' });
    await settle();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_PROGRAM', retryable: false });
    expect(noVoice.host.spawned).toHaveLength(0);
  });

  it('is named apart in the cache by its voice', async () => {
    expect(make({ voice: 'mei_angry' }).engine.fingerprint).not.toBe(make().engine.fingerprint);
  });
});
