import {
  type Dice,
  hostileFile,
  hostileForm,
  hostileJson,
  hostileRecord,
  hostileValue,
} from './hostile-values.js';
import type { KeyName } from './whole-server.js';

/** A path and method that the server answers. */
export interface Target {
  readonly method: string;
  /** With `:name` for what may stand there. */
  readonly path: string;
}

/** One request as it goes over the wire, and what may become of it. */
export interface HostileRequest {
  readonly what: string;
  readonly bytes: Buffer;
  /** Behind these bytes no more follow: the writing side is closed. */
  readonly isCutOff: boolean;
  /** Whether it may be answered as if it were a good one: what is odd in it counts for nothing there. */
  readonly mayPass: boolean;
  /** Whether the connection may end without an answer. */
  readonly mayBeMute: boolean;
}

export interface RequestParts {
  readonly dice: Dice;
  readonly port: number;
  readonly targets: readonly Target[];
  readonly keys: Readonly<Record<KeyName, string>>;
  readonly who: readonly ('nobody' | 'page' | 'wrong' | KeyName)[];
  readonly wav: Uint8Array;
  /** A good body for this target, around which things are wrong. */
  readonly rightBody: (path: string) => Readonly<Record<string, unknown>>;
}

const ODD_METHODS = ['TRACE', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'PROPFIND', 'GET', 'POST'];
const ODD_TYPES = [
  '',
  'text/plain',
  'application/json; charset=utf-16',
  'multipart/form-data',
  'audio/wav',
  'a/b; c=',
];
const FOREIGN = [
  'https://evil.example',
  'null',
  'http://localhost.evil.example',
  'http://127.0.0.1',
  'x'.repeat(500),
];
const HOSTS = [
  'evil.example',
  '127.0.0.1.evil.example',
  '',
  '[::1',
  '127.0.0.1:99999999',
  'a'.repeat(300),
  '..',
];

export function hostileRequest(parts: RequestParts): HostileRequest {
  const { dice } = parts;
  return dice.chance(0.12) ? garbage(parts) : strange(parts);
}

/** A request whose form is right, with something in it that is not. */
function strange(parts: RequestParts): HostileRequest {
  const { dice, targets } = parts;
  const target = dice.of(targets);
  const isOddMethod = dice.chance(0.1);
  const method = isOddMethod ? dice.of(ODD_METHODS) : target.method;
  const isOddPath = dice.chance(0.2);
  const path = isOddPath ? oddPath(target.path, dice) : filled(target.path, dice);
  const body = method === 'GET' || method === 'HEAD' ? NO_BODY : bodyFor(target.path, parts);
  const who = dice.of(parts.who);
  const host = hostOf(parts);
  const origin = originOf(parts, who);
  const length = lengthOf(body.bytes, dice);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...host.lines,
    ...origin.lines,
    ...keyLines(who, parts),
    ...(body.type === undefined ? [] : [`Content-Type: ${body.type}`]),
    ...length.lines,
    ...(dice.chance(0.05) ? [`Cookie: bridge_visitor=${'x'.repeat(dice.of([3, 4000]))}; =; ;;a=b`] : []),
    ...(dice.chance(0.05) ? ['Range: bytes=9-1,-5,abc', 'If-None-Match: "', 'If-Modified-Since: never'] : []),
    ...(dice.chance(0.03) ? ['Expect: 100-continue'] : []),
    ...(dice.chance(0.03) ? ['Accept-Encoding: gzip', 'Content-Encoding: gzip'] : []),
    ...(dice.chance(0.2) ? ['Accept: text/event-stream'] : []),
    'Connection: close',
  ];
  return {
    what: `${lines.join('\n').slice(0, 1500)}\n\n${body.bytes.toString('latin1').slice(0, 300)}`,
    bytes: Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), length.body]),
    isCutOff: length.isLie,
    mayPass: !(host.isWrong || origin.isWrong),
    mayBeMute: length.isLie,
  };
}

function hostOf({ dice, port }: RequestParts): { lines: string[]; isWrong: boolean } {
  if (!dice.chance(0.08)) return { lines: [`Host: 127.0.0.1:${port}`], isWrong: false };
  return { lines: dice.chance(0.1) ? [] : [`Host: ${dice.of(HOSTS)}`], isWrong: true };
}

function originOf({ dice, port }: RequestParts, who: string): { lines: string[]; isWrong: boolean } {
  if (dice.chance(0.08)) return { lines: [`Origin: ${dice.of(FOREIGN)}`], isWrong: false };
  return { lines: who === 'page' ? [`Origin: http://127.0.0.1:${port}`] : [], isWrong: false };
}

function keyLines(who: RequestParts['who'][number], { keys, dice }: RequestParts): string[] {
  if (who === 'nobody' || who === 'page') return [];
  if (who !== 'wrong') return [`Authorization: Bearer ${keys[who]}`];
  const wrong = [
    'Bearer ',
    'Basic YTpi',
    `Bearer ${'k'.repeat(600)}`,
    'Bearer mab_wrong',
    'x',
    'Bearer a b c',
  ];
  return [`Authorization: ${dice.of(wrong)}`];
}

interface Body {
  readonly bytes: Buffer;
  readonly type: string | undefined;
}

const NO_BODY: Body = { bytes: Buffer.alloc(0), type: undefined };

function bodyFor(path: string, { dice, wav, rightBody }: RequestParts): Body {
  const json = 'application/json';
  const right = rightBody(path);
  const kinds: readonly (() => Body)[] = [
    () => ({ bytes: hostileJson(dice), type: json }),
    () => ({ bytes: Buffer.from(hostileRecord(dice, right)), type: json }),
    () => ({ bytes: Buffer.from(hostileRecord(dice, right)), type: json }),
    () => ({ bytes: Buffer.from(hostileRecord(dice)), type: json }),
    () => ({ bytes: hostileJson(dice), type: dice.of(ODD_TYPES) }),
    () => ({ bytes: hostileFile(dice, wav), type: dice.of(['audio/wav', 'application/octet-stream', json]) }),
    () => {
      const { type, body } = hostileForm(dice, wav);
      return { bytes: body, type };
    },
  ];
  return dice.of(kinds)();
}

function lengthOf(body: Buffer, dice: Dice): { lines: string[]; body: Buffer; isLie: boolean } {
  if (dice.chance(0.06)) {
    const lines = [`Content-Length: ${body.byteLength + 1 + dice.below(1000)}`];
    return { lines, body, isLie: true };
  }
  if (dice.chance(0.04)) return { lines: ['Content-Length: 999999999999'], body, isLie: true };
  if (dice.chance(0.15)) {
    const whole = Buffer.concat([
      Buffer.from(`${body.byteLength.toString(16)}\r\n`),
      body,
      Buffer.from('\r\n0\r\n\r\n'),
    ]);
    return {
      lines: ['Transfer-Encoding: chunked'],
      body: body.byteLength === 0 ? Buffer.from('0\r\n\r\n') : whole,
      isLie: false,
    };
  }
  return { lines: body.byteLength === 0 ? [] : [`Content-Length: ${body.byteLength}`], body, isLie: false };
}

function filled(path: string, dice: Dice): string {
  return path.replace(/:\w+/g, () =>
    dice.of([
      'none',
      '%00',
      '%ff',
      '..%2f..',
      '__proto__',
      'constructor',
      encodeURIComponent('é\u{1f600}'),
      '0',
      'x'.repeat(500),
    ]),
  );
}

function oddPath(path: string, dice: Dice): string {
  const good = filled(path, dice);
  return dice.of([
    ...[
      `${good}/`,
      `/${good}`,
      `${good}/../${good}`,
      `/..${good}`,
      `/%2e%2e${good}`,
      `${good}%00`,
      `${good}\u00ff`,
    ],
    ...[
      `${good}?${'a=b&'.repeat(1000)}`,
      `${good}?%`,
      `${good}?key=mab_x`,
      `${good}?ifBusy=__proto__&lane=%00`,
    ],
    ...[
      `${good}?session_id=${'x'.repeat(3000)}`,
      `${good}?voice=avatar&lane=0`,
      `${good}?sound=x&kind=live&audio=mp3`,
    ],
    ...[
      '/..%2f..%2f..%2fetc/passwd',
      '/....//....//etc/passwd',
      '/%c0%ae%c0%ae/etc/passwd',
      '/\\..\\..\\windows',
    ],
    ...[
      '/__proto__',
      '/constructor',
      '/toString',
      `/${'a/'.repeat(1500)}`,
      `/${'x'.repeat(9000)}`,
      '*',
      'http://evil.example/',
    ],
    ...['/.env', '/package.json', '/page.js/', '/index.html?x', '//evil.example/', '/api/v1/../../page.js'],
  ]);
}

/** What is no request at all. */
function garbage({ dice, port }: RequestParts): HostileRequest {
  const host = `Host: 127.0.0.1:${port}`;
  const bytes = dice.of([
    () => dice.bytes(1 + dice.below(300)),
    () => Buffer.from('GET / HTTP/9.9\r\n\r\n'),
    () => Buffer.from('GET /\r\n\r\n'),
    () => Buffer.from(`GET / HTTP/1.1\r\n${host}\r\nContent-Length: -1\r\n\r\n`),
    () =>
      Buffer.from(`POST /chat HTTP/1.1\r\n${host}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello`),
    () =>
      Buffer.from(
        `POST /chat HTTP/1.1\r\n${host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      ),
    () => Buffer.from(`POST /chat HTTP/1.1\r\n${host}\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n`),
    () => Buffer.from(`GET / HTTP/1.1\r\n${host}\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`),
    () => Buffer.from(`GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(3000)}\r\n`),
    () => Buffer.from(`GET / HTTP/1.1\r\n${host}\r\nBad Header: x\r\n\r\n`),
    () => Buffer.from(`GET / HTTP/1.1\r\n${host}\r\nX: \u0000\r\n\r\n`),
    () => Buffer.from(`GET /a b c HTTP/1.1\r\n${host}\r\n\r\n`),
    () => Buffer.from('\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001', 'latin1'),
    () => Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    () => Buffer.from(`CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n\r\n`),
    () => Buffer.from('SNDSTRM|0\nSND4096'),
    () => Buffer.from(`GET /ws HTTP/1.1\r\n${host}\r\n`),
  ])();
  return {
    what: bytes.toString('latin1').slice(0, 500),
    ...{ bytes, isCutOff: true, mayPass: true, mayBeMute: true },
  };
}

export { hostileValue };
