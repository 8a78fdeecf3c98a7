/** Types of what we use from packages that ship none. */

declare module 'mic' {
  import type { Readable } from 'node:stream';

  interface Microphone {
    start(): void;
    /** SIGTERM to its program, which it then forgets. */
    stop(): void;
    getAudioStream(): Readable;
  }

  function mic(options: {
    readonly rate: string;
    readonly channels: string;
    readonly bitwidth: string;
    readonly encoding: 'signed-integer';
    readonly endian: 'little';
    readonly fileType: 'raw';
    /** ALSA only. */
    readonly device: string;
    /** True: it writes to the console. */
    readonly debug: false;
  }): Microphone;

  // biome-ignore lint/style/noDefaultExport: this is the shape the package has.
  export { mic as default };
}
