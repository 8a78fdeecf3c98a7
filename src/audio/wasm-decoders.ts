/** What every wasm decoder answers: one array per channel. */
export interface DecodedAudio {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly errors: readonly { readonly message: string }[];
}

/** The part the decoders have in common. `flush` gives what they still hold at the end of a stream. */
export interface WasmDecoder {
  decode(bytes: Uint8Array): DecodedAudio | Promise<DecodedAudio>;
  flush(): Promise<DecodedAudio>;
  /** Must be called in the end; idempotent on what `openDecoder` gives. */
  free(): void;
}

export type Codec = 'mp3' | 'vorbis' | 'opus' | 'flac';

const NOTHING: DecodedAudio = { channelData: [], samplesDecoded: 0, sampleRate: 0, errors: [] };

/** The decoders print every fault to the console; faults are counted instead, and a stream of them must not fill a log. */
const NOISE = /^(mpg123-decoder|@wasm-audio-decoders|libopus)/;
let openDecoders = 0;
let consoleError: typeof console.error = console.error;

/** Loads the codec's package on first use and gives a ready decoder for one stream. */
export async function openDecoder(codec: Codec): Promise<WasmDecoder> {
  const inner = await loadDecoder(codec);
  silenceDecoders();
  let isFreed = false;
  return {
    decode: (bytes) => inner.decode(bytes),
    flush: () => inner.flush(),
    free: () => {
      if (isFreed) return;
      isFreed = true;
      unsilenceDecoders();
      try {
        inner.free();
      } catch {
        // An instance that has trapped cannot be freed in an orderly way; it goes with its last reference.
      }
    },
  };
}

async function loadDecoder(codec: Codec): Promise<WasmDecoder> {
  switch (codec) {
    case 'mp3': {
      const { MPEGDecoder } = await import('mpg123-decoder');
      const decoder = new MPEGDecoder();
      await decoder.ready;
      return { decode: (b) => decoder.decode(b), flush: async () => NOTHING, free: () => decoder.free() };
    }
    case 'vorbis': {
      const { OggVorbisDecoder } = await import('@wasm-audio-decoders/ogg-vorbis');
      return readied(new OggVorbisDecoder());
    }
    case 'opus': {
      const { OggOpusDecoder } = await import('ogg-opus-decoder');
      return readied(new OggOpusDecoder());
    }
    case 'flac': {
      const { FLACDecoder } = await import('@wasm-audio-decoders/flac');
      return readied(new FLACDecoder());
    }
  }
}

async function readied<T extends WasmDecoder & { readonly ready: Promise<void> }>(decoder: T): Promise<T> {
  await decoder.ready;
  return decoder;
}

function silenceDecoders(): void {
  if (openDecoders++ > 0) return;
  consoleError = console.error;
  console.error = (...parts: unknown[]) => {
    if (!NOISE.test(String(parts[0]))) consoleError.apply(console, parts);
  };
}

function unsilenceDecoders(): void {
  if (--openDecoders === 0) console.error = consoleError;
}
