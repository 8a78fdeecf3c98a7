/** Made-up models, byte by byte from the formats' descriptions; shares nothing with the reader. */

export interface PmdMorph {
  readonly nameSjis: Uint8Array;
  readonly vertices: number;
}

/** Shift_JIS of あ い う お, for 20-byte names. */
export const SJIS = {
  あ: Uint8Array.of(0x82, 0xa0),
  い: Uint8Array.of(0x82, 0xa2),
  う: Uint8Array.of(0x82, 0xa4),
  お: Uint8Array.of(0x82, 0xa8),
} as const;

export function pmdFile(morphs: readonly PmdMorph[]): Uint8Array {
  const parts: Buffer[] = [Buffer.from('Pmd'), f32(1), Buffer.alloc(20 + 256)];
  parts.push(u32(2), Buffer.alloc(2 * 38));
  parts.push(u32(3), Buffer.alloc(3 * 2));
  parts.push(u32(1), Buffer.alloc(70));
  parts.push(u16(2), Buffer.alloc(2 * 39));
  // One chain with three bones in it: bone, target, count, rounds, limit, bones.
  parts.push(u16(1), u16(0), u16(1), u8(3), u16(4), f32(1), Buffer.alloc(6));
  parts.push(u16(morphs.length));
  for (const { nameSjis, vertices } of morphs) {
    const name = Buffer.alloc(20, 0xfd);
    Buffer.from(nameSjis).copy(name);
    name[nameSjis.byteLength] = 0;
    parts.push(name, u32(vertices), u8(1), Buffer.alloc(vertices * 16));
  }
  parts.push(u8(0));
  return new Uint8Array(Buffer.concat(parts));
}

/** A PMX 2.0 with one of everything; index sizes differ so that a mix-up shows. */
export function pmxFile(names: readonly string[], encoding: 'utf16le' | 'utf8'): Uint8Array {
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(value, encoding);
    return Buffer.concat([u32(bytes.byteLength), bytes]);
  };
  const [vertex, texture, material, bone, morph, body] = [2, 4, 1, 2, 4, 4];
  const parts: Buffer[] = [Buffer.from('PMX '), f32(2), u8(8)];
  parts.push(...[encoding === 'utf8' ? 1 : 0, 1, vertex, texture, material, bone, morph, body].map(u8));
  parts.push(text('name'), text(''), text('a comment'), text(''));
  parts.push(u32(4));
  for (const [kind, weights] of [bone, bone * 2 + 4, bone * 4 + 16, bone * 2 + 4 + 36].entries()) {
    parts.push(Buffer.alloc(32 + 16), u8(kind), Buffer.alloc(weights), f32(1));
  }
  parts.push(u32(3), Buffer.alloc(3 * vertex));
  parts.push(u32(1), text('tex.png'));
  parts.push(u32(2));
  // A toon of the model's own is a texture; a shared one a number of one byte.
  for (const [isShared, toonBytes] of [
    [0, texture],
    [1, 1],
  ] as const) {
    parts.push(text('m'), text('m'), Buffer.alloc(16 + 12 + 4 + 12), u8(0), Buffer.alloc(16 + 4));
    parts.push(Buffer.alloc(texture * 2), u8(0), u8(isShared), Buffer.alloc(toonBytes));
    parts.push(text('memo'), u32(3));
  }
  parts.push(u32(2));
  parts.push(text('plain'), text(''), Buffer.alloc(12 + bone + 4), u16(0), Buffer.alloc(12));
  const everything = 0x0001 | 0x0020 | 0x0100 | 0x0400 | 0x0800 | 0x2000;
  parts.push(text('full'), text(''), Buffer.alloc(12 + bone + 4), u16(everything), Buffer.alloc(bone));
  parts.push(Buffer.alloc(bone + 4), Buffer.alloc(12), Buffer.alloc(24), u32(0));
  parts.push(
    Buffer.alloc(bone + 4 + 4),
    u32(2),
    Buffer.alloc(bone),
    u8(0),
    Buffer.alloc(bone),
    u8(1),
    Buffer.alloc(24),
  );
  const offsets = [
    morph + 4,
    vertex + 12,
    bone + 28,
    vertex + 16,
    vertex + 16,
    vertex + 16,
    vertex + 16,
    vertex + 16,
    material + 113,
  ];
  parts.push(u32(names.length));
  for (const [index, name] of names.entries()) {
    const kind = index % offsets.length;
    parts.push(text(name), text('en'), u8(1), u8(kind), u32(2), Buffer.alloc(2 * (offsets[kind] ?? 0)));
  }
  return new Uint8Array(Buffer.concat(parts));
}

function u8(value: number): Buffer {
  return Buffer.of(value);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
