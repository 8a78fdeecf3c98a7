import { HOSTILE_TEXTS } from '../hostile-texts.js';

/** Numbers below one, the same for the same seed. @source mulberry32, public domain. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Choices of a generator. */
export class Dice {
  readonly next: () => number;

  constructor(seed: number) {
    this.next = seeded(seed);
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(part: number): boolean {
    return this.next() < part;
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.below(256)));
  }
}

const TEXTS = Object.values(HOSTILE_TEXTS);
const B64 = Buffer.from('some sound that is none').toString('base64');

/** A value where another one was expected. */
export function hostileValue(dice: Dice, depth = 0): unknown {
  const kinds: readonly (() => unknown)[] = [
    () => dice.of(TEXTS),
    () => '',
    () => 'x'.repeat(dice.of([129, 10_001, 70_000])),
    () => '\ud800',
    () => `${B64}=`,
    () => '%%%not base64%%%',
    () => `data:image/png;base64,${B64}`,
    () => 'data:image/svg+xml;base64,PHN2Zz4=',
    () => 'https://169.254.169.254/latest/meta-data',
    () => 'file:///etc/passwd',
    () => 'A'.repeat(100_001),
    () => dice.of([0, -1, 1.5, 1e308, -1e308, 2 ** 53, 4_294_967_296, Number.MIN_VALUE]),
    () => dice.of([null, true, false]),
    () => [],
    () => Array.from({ length: dice.of([1, 500]) }, () => 'x'),
    () => (depth > 3 ? {} : { a: hostileValue(dice, depth + 1) }),
    () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  ];
  return dice.of(kinds)();
}

/** Names that the protocols know, so that what is wrong lies behind them. */
const NAMES = [
  ...[
    'id',
    'text',
    'message',
    'audio',
    'session_id',
    'user_id',
    'context_id',
    'audio_data',
    'files',
    'metadata',
  ],
  ...[
    'type',
    'system_prompt_params',
    'wait_in_queue',
    'messages',
    'model',
    'stream',
    'query',
    'user',
    'inputs',
  ],
  ...[
    'conversation_id',
    'response_mode',
    'channel',
    'name',
    'persona',
    'voice',
    'lips',
    'said',
    'instructions',
  ],
  ...[
    'key',
    'lane',
    'phonemes',
    'picture',
    'image',
    'refused',
    'images',
    'options',
    'language',
    'speed',
    'session',
  ],
  ...[
    'turn',
    'heardMs',
    'seq',
    'version',
    'resume',
    'ifBusy',
    '__proto__',
    'constructor',
    'toString',
    'details',
  ],
];

/** A JSON object with things that do not belong there, around what is `right`. */
export function hostileRecord(dice: Dice, right: Readonly<Record<string, unknown>> = {}): string {
  const fields: Record<string, unknown> = { ...right };
  const count = 1 + dice.below(4);
  for (let added = 0; added < count; added++) {
    const name =
      dice.chance(0.5) && Object.keys(right).length > 0 ? dice.of(Object.keys(right)) : dice.of(NAMES);
    Object.defineProperty(fields, name, { value: hostileValue(dice), enumerable: true, configurable: true });
  }
  return JSON.stringify(fields);
}

/** Text that is no JSON, or JSON that nobody wants. */
export function hostileJson(dice: Dice): Buffer {
  const kinds: readonly (() => Buffer)[] = [
    () => Buffer.from('{"text": "hello"'),
    () => Buffer.from(`${'['.repeat(dice.of([50, 100_000]))}`),
    () => Buffer.from(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`),
    () => Buffer.from('null'),
    () => Buffer.from('[]'),
    () => Buffer.from('"text"'),
    () => Buffer.from('1e999999'),
    () => Buffer.from(`{"id": ${'9'.repeat(5000)}}`),
    () => Buffer.from('{"text": "\\ud800", "id": "\\u0000"}'),
    () =>
      Buffer.concat([Buffer.from('{"text": "'), Buffer.from([0xff, 0xfe, 0xc0, 0x80]), Buffer.from('"}')]),
    () => Buffer.from('\ufeff{}'),
    () => Buffer.from('{"__proto__": {"polluted": true}}'),
    () => Buffer.from('{"a":1,"a":2,"type":"start","type":null}'),
    () => Buffer.from("{'text': 'single'}"),
    () => Buffer.from('NaN'),
    () => Buffer.alloc(0),
    () => dice.bytes(64),
    () => Buffer.from(JSON.stringify(hostileValue(dice)) ?? ''),
  ];
  return dice.of(kinds)();
}

/** Files of sound or pictures that are none, or not whole. */
export function hostileFile(dice: Dice, wav: Uint8Array): Buffer {
  const kinds: readonly (() => Buffer)[] = [
    () => Buffer.from(wav).subarray(0, dice.below(44)),
    () => Buffer.from(wav).subarray(0, 44 + dice.below(400)),
    () => withNumber(wav, dice.of([4, 16, 22, 24, 28, 32, 34, 40]), dice.of([0, 1, 0xffff, 0xffff_ffff])),
    () => Buffer.concat([Buffer.from('fLaC'), dice.bytes(200)]),
    () => Buffer.concat([Buffer.from('OggS'), dice.bytes(200)]),
    () =>
      Buffer.concat([
        Buffer.from('ID3\u0004\u0000\u0000\u007f\u007f\u007f\u007f', 'latin1'),
        dice.bytes(200),
      ]),
    () => Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'),
    () => Buffer.from('<svg onload="alert(1)"/>'),
    () => dice.bytes(1 + dice.below(500)),
  ];
  return dice.of(kinds)();
}

function withNumber(wav: Uint8Array, at: number, value: number): Buffer {
  const changed = Buffer.from(wav.subarray(0, 2000));
  changed.writeUInt32LE(value, at);
  return changed;
}

/** A form whose parts do not hold together. */
export function hostileForm(dice: Dice, wav: Uint8Array): { readonly type: string; readonly body: Buffer } {
  const boundary = dice.of(['b', 'x'.repeat(300), 'a b', '']);
  const part = (headers: string, body: Uint8Array): Buffer =>
    Buffer.concat([Buffer.from(`--${boundary}\r\n${headers}\r\n\r\n`), body, Buffer.from('\r\n')]);
  const file = hostileFile(dice, wav);
  const kinds: readonly (() => Buffer)[] = [
    () => part('Content-Disposition: form-data; name="audio"; filename="../../x.wav"', file),
    () =>
      Buffer.concat([
        part('Content-Disposition: form-data; name="audio"', file),
        Buffer.from(`--${boundary}--`),
      ]),
    () => Buffer.concat([part('Content-Disposition: form-data', file), Buffer.from(`--${boundary}--`)]),
    () => Buffer.concat([part('X: y', file), part('', file), Buffer.from(`--${boundary}--`)]),
    () => Buffer.from(`--${boundary}\r\n`.repeat(2000)),
    () => file,
  ];
  return {
    type: `multipart/form-data; boundary=${dice.chance(0.2) ? '' : boundary}`,
    body: dice.of(kinds)(),
  };
}
