/**
 * ASN.1 in DER, as far as a certificate needs it: each function gives one whole element, tag and length included.
 *
 * @source ITU-T X.690 8.1 and 10 (lengths), 8.3 (integers), 8.6 (bit strings), 8.19 (object identifiers).
 */
export function derElement(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.byteLength), body]);
}

export function derSequence(...parts: readonly Uint8Array[]): Buffer {
  return derElement(0x30, ...parts);
}

/** @param bytes - most significant first, taken as a number of 0 or more. */
export function derInteger(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const short = first < 0 ? Uint8Array.of(0) : bytes.subarray(first);
  // A first bit of 1 would make it negative.
  const sign = (short[0] ?? 0) >= 0x80 ? [Uint8Array.of(0)] : [];
  return derElement(0x02, ...sign, short);
}

/** @param dotted - such as `1.2.840.10045.4.3.2`. */
export function derOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return derElement(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

/** @param unusedBits - at the end of the last byte, 0 to 7. */
export function derBits(bytes: Uint8Array, unusedBits = 0): Buffer {
  return derElement(0x03, Uint8Array.of(unusedBits), bytes);
}

export function derOctets(bytes: Uint8Array): Buffer {
  return derElement(0x04, bytes);
}

export function derTrue(): Buffer {
  return derElement(0x01, Uint8Array.of(0xff));
}

export function derUtf8(text: string): Buffer {
  return derElement(0x0c, Buffer.from(text));
}

/** UTCTime until 2049, GeneralizedTime from then on, as RFC 5280 4.1.2.5 wants it; whole seconds. */
export function derTime(wallMs: number): Buffer {
  const digits = new Date(wallMs).toISOString().replace(/[-:T]|\.\d+/g, '');
  const isUtcTime = Number(digits.slice(0, 4)) < 2050;
  return isUtcTime ? derElement(0x17, Buffer.from(digits.slice(2))) : derElement(0x18, Buffer.from(digits));
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

function base128(value: number): number[] {
  const groups = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128))
    groups.unshift(0x80 | (left % 128));
  return groups;
}
