/** What a model file says about its morphs. */
export interface ModelMorphs {
  readonly format: 'pmd' | 'pmx';
  /** As MMDAgent-EX sees them, UTF-8. */
  readonly names: ReadonlySet<string>;
}

const PMD_SIZES = {
  header: 283,
  vertex: 38,
  index: 2,
  material: 70,
  bone: 39,
  ik: 11,
  face: 25,
  faceVertex: 16,
} as const;
const PMX_VERTEX_BYTES = 32;
/** Per kind of PMX morph (group, vertex, bone, texture places, material, flip, impulse): bytes of one offset beside its index. */
const PMX_OFFSET_BYTES: Readonly<Record<number, number>> = {
  0: 4,
  1: 12,
  2: 28,
  3: 16,
  4: 16,
  5: 16,
  6: 16,
  7: 16,
  8: 113,
  9: 4,
  10: 25,
};

/**
 * Reads the names of a model's morphs and skips everything else.
 *
 * @param bytes - a PMD 1.0, or a PMX 2.0 or 2.1, file.
 * @returns undefined for anything else, encrypted and damaged files included.
 * @source the PMD and PMX file formats; MMDAgent-EX PMDFile.h
 */
export function modelMorphs(bytes: Uint8Array): ModelMorphs | undefined {
  const reader = new ModelReader(bytes);
  try {
    const magic = Buffer.from(bytes.subarray(0, 4)).toString('latin1');
    if (magic.startsWith('Pmd')) return { format: 'pmd', names: new Set(pmdMorphs(reader)) };
    if (magic.toLowerCase() === 'pmx ') return { format: 'pmx', names: new Set(pmxMorphs(reader)) };
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function pmdMorphs(reader: ModelReader): string[] {
  reader.skip(PMD_SIZES.header);
  reader.skip(reader.count(4) * PMD_SIZES.vertex);
  reader.skip(reader.count(4) * PMD_SIZES.index);
  reader.skip(reader.count(4) * PMD_SIZES.material);
  reader.skip(reader.count(2) * PMD_SIZES.bone);
  for (let left = reader.count(2); left > 0; left--) {
    reader.skip(4);
    const links = reader.count(1);
    reader.skip(PMD_SIZES.ik - 5 + links * 2);
  }
  const names: string[] = [];
  for (let left = reader.count(2); left > 0; left--) {
    const name = reader.bytes(20);
    const vertices = reader.count(4);
    reader.skip(PMD_SIZES.face - 24 + vertices * PMD_SIZES.faceVertex);
    const end = name.indexOf(0);
    names.push(new TextDecoder('shift_jis').decode(end < 0 ? name : name.subarray(0, end)));
  }
  return names;
}

function pmxMorphs(reader: ModelReader): string[] {
  reader.skip(8);
  const globals = reader.bytes(reader.count(1));
  const [encoding = 0, extraVectors = 0, vertexIndex = 4, textureIndex = 4] = globals;
  const [, , , , materialIndex = 4, boneIndex = 4, morphIndex = 4, bodyIndex = 4] = globals;
  const decoder = new TextDecoder(encoding === 0 ? 'utf-16le' : 'utf-8');
  const text = (): string => decoder.decode(reader.bytes(reader.count(4)));
  for (let left = 4; left > 0; left--) text();
  for (let left = reader.count(4); left > 0; left--) pmxVertex(reader, extraVectors, boneIndex);
  reader.skip(reader.count(4) * vertexIndex);
  for (let left = reader.count(4); left > 0; left--) text();
  for (let left = reader.count(4); left > 0; left--) pmxMaterial(reader, text, textureIndex);
  for (let left = reader.count(4); left > 0; left--) pmxBone(reader, text, boneIndex);
  const indexBytes: Readonly<Record<number, number>> = {
    0: morphIndex,
    1: vertexIndex,
    2: boneIndex,
    8: materialIndex,
    9: morphIndex,
    10: bodyIndex,
  };
  const names: string[] = [];
  for (let left = reader.count(4); left > 0; left--) {
    names.push(text());
    text();
    reader.skip(1);
    const kind = reader.count(1);
    const offset = PMX_OFFSET_BYTES[kind];
    if (offset === undefined) throw new RangeError('Unknown kind of morph');
    reader.skip(reader.count(4) * (offset + (indexBytes[kind] ?? vertexIndex)));
  }
  return names;
}

function pmxVertex(reader: ModelReader, extraVectors: number, boneIndex: number): void {
  reader.skip(PMX_VERTEX_BYTES + extraVectors * 16);
  const kind = reader.count(1);
  // BDEF1, BDEF2, BDEF4, SDEF, QDEF: bones, weights and vectors; then the edge.
  const sizes = [boneIndex, boneIndex * 2 + 4, boneIndex * 4 + 16, boneIndex * 2 + 40, boneIndex * 4 + 16];
  const size = sizes[kind];
  if (size === undefined) throw new RangeError('Unknown kind of vertex');
  reader.skip(size + 4);
}

function pmxMaterial(reader: ModelReader, text: () => string, textureIndex: number): void {
  text();
  text();
  // Colours, flags and edge; texture, sphere texture and its mode.
  reader.skip(65 + textureIndex * 2 + 1);
  reader.skip(reader.count(1) === 1 ? 1 : textureIndex);
  text();
  reader.skip(4);
}

function pmxBone(reader: ModelReader, text: () => string, boneIndex: number): void {
  text();
  text();
  reader.skip(12 + boneIndex + 4);
  const flags = reader.count(2);
  const has = (bit: number): boolean => (flags & bit) !== 0;
  reader.skip(has(0x0001) ? boneIndex : 12);
  if (has(0x0100) || has(0x0200)) reader.skip(boneIndex + 4);
  if (has(0x0400)) reader.skip(12);
  if (has(0x0800)) reader.skip(24);
  if (has(0x2000)) reader.skip(4);
  if (!has(0x0020)) return;
  reader.skip(boneIndex + 8);
  for (let left = reader.count(4); left > 0; left--) {
    reader.skip(boneIndex);
    if (reader.count(1) === 1) reader.skip(24);
  }
}

/** Goes through bytes; whatever would leave them throws a RangeError, so that a wrong count cannot loop for long. */
class ModelReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  skip(length: number): void {
    if (length < 0 || this.#at + length > this.#bytes.byteLength) throw new RangeError('The file ends early');
    this.#at += length;
  }

  bytes(length: number): Uint8Array {
    const from = this.#at;
    this.skip(length);
    return this.#bytes.subarray(from, this.#at);
  }

  count(size: 1 | 2 | 4): number {
    const at = this.#at;
    this.skip(size);
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at, true) : this.#view.getUint32(at, true);
  }
}
