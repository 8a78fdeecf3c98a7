import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeAvatarCommand,
  encodeCloseMouth,
  encodeHello,
  encodeLipsyncStart,
  encodeMessage,
  encodeReadinessProbe,
  encodeSpeakStart,
  encodeSpeakStop,
  encodeSynthStart,
  encodeSynthStop,
  type Message,
  messageText,
  parseMessage,
  speakableText,
} from '../../../src/protocol/index.js';
import { ProtocolError } from '../../../src/runtime/index.js';
import { readAsPeer } from '../../support/peer-reader.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'none';
};

/** Anything a program may pass: any UTF-16, weighted towards what breaks the peer. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom(
      '\n',
      '\r',
      '\0',
      '|',
      'S',
      'SND',
      'SND0640',
      '__AV',
      ',',
      ' ',
      '\ud800',
      '\udc00',
      'é',
      '\u0085',
      '\u2028',
      '\ufeff',
      'ー',
      '😀',
      'A',
      'PLUGIN_DISABLE',
      'Remote',
    ),
    maxLength: 12,
  }),
  fc.string({ minLength: 1850, maxLength: 2100 }),
);

describe('encodeMessage', () => {
  it.each([
    [
      ['MOTION_ADD', '0', 'wave', 'motion/wave.vmd', 'PART', 'ONCE'],
      '4d4f54494f4e5f4144447c307c776176657c6d6f74696f6e2f776176652e766d647c504152547c4f4e43450a',
    ],
    [['字幕', 'こんにちは'], 'e5ad97e5b9957ce38193e38293e381abe381a1e381af0a'],
    [['STOPIT'], '53544f5049540a'],
  ])('writes %j byte for byte, with one newline at the end', ([type = '', ...args], hex) => {
    expect(Buffer.from(encodeMessage(type, ...args)).toString('hex')).toBe(hex);
  });

  it.each([
    ['an empty type', '', [], 'BRIDGE_ERR_MESSAGE_TYPE'],
    ['a newline in the type', 'A\nB', [], 'BRIDGE_ERR_MESSAGE_TYPE'],
    ['a type of a newline only', '\n', [], 'BRIDGE_ERR_MESSAGE_TYPE'],
    ['a type with "|"', 'A|B', [], 'BRIDGE_ERR_MESSAGE_TYPE'],
    ['a type with a blank', 'A B', [], 'BRIDGE_ERR_MESSAGE_TYPE'],
    ['a type that begins with SND', 'SND0640', ['x'], 'BRIDGE_ERR_MESSAGE_TYPE'],
    ['the verb SNDBRKS', 'SNDBRKS', [], 'BRIDGE_ERR_MESSAGE_TYPE'],
    ['a type that begins with __AV', '__AV_END', [], 'BRIDGE_ERR_MESSAGE_TYPE'],
    ['a lone surrogate in the type', 'A\ud800', [], 'BRIDGE_ERR_MESSAGE_TYPE'],
    ['an empty argument', 'A', ['b', ''], 'BRIDGE_ERR_MESSAGE_ARGUMENT'],
    ['a line feed in an argument', 'A', ['b\nSNDBRKS'], 'BRIDGE_ERR_MESSAGE_ARGUMENT'],
    ['a carriage return in an argument', 'A', ['b\r'], 'BRIDGE_ERR_MESSAGE_ARGUMENT'],
    ['NUL in an argument', 'A', ['b\0c'], 'BRIDGE_ERR_MESSAGE_ARGUMENT'],
    ['"|" in an argument', 'A', ['b|c'], 'BRIDGE_ERR_MESSAGE_ARGUMENT'],
    ['half a surrogate pair in an argument', 'A', ['\udc00'], 'BRIDGE_ERR_MESSAGE_ARGUMENT'],
    ['a line of 1901 bytes', 'A', ['x'.repeat(1898)], 'BRIDGE_ERR_MESSAGE_TOO_LONG'],
    [
      'a line of 1901 bytes that ends in a long character',
      'A',
      [`${'x'.repeat(1895)}あ`],
      'BRIDGE_ERR_MESSAGE_TOO_LONG',
    ],
    ['PLUGIN_DISABLE|Remote', 'PLUGIN_DISABLE', ['Remote'], 'BRIDGE_ERR_MESSAGE_FORBIDDEN'],
    ['plugin_disable| remote ', 'plugin_disable', [' remote '], 'BRIDGE_ERR_MESSAGE_FORBIDDEN'],
    ['a short line that begins with S', 'ST', ['1'], 'BRIDGE_ERR_MESSAGE_FORBIDDEN'],
  ])('refuses %s', (_what, type, args, code) => {
    expect(codeOf(() => encodeMessage(type, ...args))).toBe(code);
  });

  it('takes a line of exactly 1900 bytes, and the short lines that the peer takes', () => {
    expect(encodeMessage('A', 'x'.repeat(1897)).byteLength).toBe(1900);
    expect(encodeMessage('A', `${'x'.repeat(1894)}あ`).byteLength).toBe(1900);
    expect(text(encodeMessage('X'))).toBe('X\n');
    expect(text(encodeMessage('SOUND_START', 'a', 'b.wav'))).toBe('SOUND_START|a|b.wav\n');
    expect(text(encodeMessage('PLUGIN_DISABLE', 'Audio'))).toBe('PLUGIN_DISABLE|Audio\n');
  });

  it('says in the error what to do', () => {
    expect(() => encodeMessage('A', '')).toThrow(/argument 1 of A.*leave it out/);
    expect(() => encodeMessage('SND')).toThrow(/read it as sound/);
  });

  it('cannot be made to forge a verb, a second message, an empty or overlong line by any input', () => {
    fc.assert(
      fc.property(nasty, fc.array(nasty, { maxLength: 4 }), (type, args) => {
        let frame: Uint8Array;
        try {
          frame = encodeMessage(type, ...args);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          return;
        }
        expect(frame.byteLength).toBeLessThanOrEqual(1900);
        expect(readAsPeer([frame])).toEqual({
          reads: [{ kind: 'message', text: [type, ...args].join('|') }],
          leftBytes: 0,
        });
      }),
      { numRuns: 5000, seed: 1 },
    );
  });

  it('round trips through parseMessage whatever it accepts', () => {
    fc.assert(
      fc.property(nasty, fc.array(nasty, { maxLength: 4 }), (type, args) => {
        const message: Message = { type, args };
        if (codeOf(() => encodeMessage(type, ...args)) !== 'none') return;
        expect(parseMessage(messageText(message))).toEqual(message);
      }),
      { numRuns: 1000, seed: 2 },
    );
  });
});

describe('speakableText', () => {
  it('makes any text one argument, or says that nothing is left', () => {
    fc.assert(
      fc.property(nasty, (prose) => {
        let clean: string;
        try {
          clean = speakableText(prose);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BRIDGE_ERR_MESSAGE_ARGUMENT' });
          return;
        }
        const code = codeOf(() => encodeMessage('CAPTION', clean));
        expect(['none', 'BRIDGE_ERR_MESSAGE_TOO_LONG']).toContain(code);
      }),
      { numRuns: 3000, seed: 3 },
    );
  });

  it('keeps what can be said', () => {
    expect(speakableText(' 一|二\r\n三\ud800 ')).toBe('一｜二 三\ufffd');
    expect(() => speakableText(' \n\t ')).toThrow(/only blanks/);
  });
});

describe('encodeAvatarCommand', () => {
  it.each([
    [{ verb: 'start' }, '__AV_START\n'],
    [{ verb: 'end' }, '__AV_END\n'],
    [{ verb: 'setModel', alias: 'メイ' }, '__AV_SETMODEL,メイ\n'],
    [{ verb: 'disableAutoLip', mode: 'ALWAYS' }, '__AVCONF_DISABLEAUTOLIP,ALWAYS\n'],
    [{ verb: 'exMorph', rates: { あ: 0.5, い: 1 / 3 } }, '__AV_EXMORPH,あ=0.5,い=0.3333\n'],
    [{ verb: 'action', index: 3 }, '__AV_ACTION,3\n'],
    [{ verb: 'message', message: { type: 'A', args: ['b'] } }, '__AV_MESSAGE,A|b\n'],
  ] as const)('writes %j', (command, line) => {
    expect(text(encodeAvatarCommand(command))).toBe(line);
  });

  it.each([
    ['a model alias with a comma', { verb: 'setModel', alias: 'a,b' }],
    ['an empty model alias', { verb: 'setModel', alias: '' }],
    ['a model alias with a newline', { verb: 'setModel', alias: '0\nSNDBRKS' }],
    ['a lip mode that is none', { verb: 'disableAutoLip', mode: 'NO\nSNDBRKS' }],
    ['no morphs', { verb: 'exMorph', rates: {} }],
    ['a morph name with "="', { verb: 'exMorph', rates: { 'a=1,b': 1 } }],
    ['a rate above 1', { verb: 'exMorph', rates: { a: 1.01 } }],
    ['a rate that is no number', { verb: 'exMorph', rates: { a: Number.NaN } }],
    ['a broken action number', { verb: 'action', index: 1.5 }],
    [
      'a forbidden message inside',
      { verb: 'message', message: { type: 'PLUGIN_DISABLE', args: ['Remote'] } },
    ],
    ['a verb inside', { verb: 'message', message: { type: 'SNDBRKS', args: [] } }],
    ['a line above 1900 bytes', { verb: 'message', message: { type: 'A', args: ['x'.repeat(1890)] } }],
  ])('refuses %s', (_what, command) => {
    expect(codeOf(() => encodeAvatarCommand(command as never))).toMatch(/^BRIDGE_ERR_MESSAGE_/);
  });

  it('cannot be made to forge anything by any alias, mode, morph or wrapped message', () => {
    const command = fc.oneof(
      nasty.map((alias) => ({ verb: 'setModel', alias })),
      nasty.map((mode) => ({ verb: 'disableAutoLip', mode })),
      fc.dictionary(nasty, fc.double()).map((rates) => ({ verb: 'exMorph', rates })),
      fc.double().map((index) => ({ verb: 'action', index })),
      fc
        .record({ type: nasty, args: fc.array(nasty, { maxLength: 3 }) })
        .map((message) => ({ verb: 'message', message })),
    );
    fc.assert(
      fc.property(command, (candidate) => {
        let frame: Uint8Array;
        try {
          frame = encodeAvatarCommand(candidate as never);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          return;
        }
        expect(frame.byteLength).toBeLessThanOrEqual(1900);
        const { reads, leftBytes } = readAsPeer([frame]);
        expect({ kinds: reads.map((read) => read.kind), leftBytes }).toEqual({
          kinds: ['avatar'],
          leftBytes: 0,
        });
      }),
      { numRuns: 3000, seed: 4 },
    );
  });
});

describe('message builders', () => {
  it.each([
    [
      encodeLipsyncStart('0', [
        { phoneme: 'a', durationMs: 500 },
        { phoneme: 'sil', durationMs: 100 },
      ]),
      'LIPSYNC_START|0|a,500,sil,100\n',
    ],
    [encodeCloseMouth('0'), 'LIPSYNC_START|0|sil,50\n'],
    [encodeReadinessProbe('0'), 'ROTATE_START|0|0,0,0|LOCAL\n'],
    [encodeSpeakStart('0', 'sounds/a b.wav'), 'SPEAK_START|0|sounds/a b.wav\n'],
    [encodeSpeakStop('0'), 'SPEAK_STOP|0\n'],
    [encodeSynthStart('0', 'normal', 'a|b\nc'), 'SYNTH_START|0|normal|a｜b c\n'],
    [encodeSynthStop('0'), 'SYNTH_STOP|0\n'],
    [encodeHello(), 'BRIDGE_HELLO\n'],
    [encodeHello('clock1'), 'BRIDGE_HELLO|clock1\n'],
  ])('%#: writes the documented line', (frame, line) => {
    expect(text(frame)).toBe(line);
  });

  it.each([
    ['an empty list, which the peer never answers', []],
    ['a name that could be an argument', [{ phoneme: 'a|b', durationMs: 5 }]],
    ['a duration that is not whole', [{ phoneme: 'a', durationMs: 1.5 }]],
    ['a duration of nothing', [{ phoneme: 'a', durationMs: 0 }]],
  ])('encodeLipsyncStart refuses %s', (_what, phonemes) => {
    expect(codeOf(() => encodeLipsyncStart('0', phonemes))).toBe('BRIDGE_ERR_MESSAGE_ARGUMENT');
  });
});
