/** How the popup chat is served. */
export interface PopupSettings {
  /** Whether answers are heard where the page asks for nothing else; false: never, whatever it asks for. @default true */
  readonly createAudioOfAnswer: boolean;
  /** The avatar's first words, as sessions have them: pages show it before anything is asked. @default '' */
  readonly welcome: string;
  /** The body of `POST /api/message`; recordings are in it in base64. @default 25 MiB, as in the tutorial */
  readonly maxBodyBytes: number;
  /** The longest recording, bytes. @default 16 MiB */
  readonly maxAudioBytes: number;
  /** The longest recording, and how long its pieces may take to come, seconds. 1 to 120. @default 120 */
  readonly maxAudioSeconds: number;
  /** Recordings of all connections that are not complete yet, bytes. @default 64 MiB */
  readonly maxOpenAudioBytes: number;
  /** Of each WebSocket path. @default 512 */
  readonly maxConnections: number;
}

export const POPUP_DEFAULTS: PopupSettings = {
  createAudioOfAnswer: true,
  welcome: '',
  maxBodyBytes: 25 * 1024 * 1024,
  maxAudioBytes: 16 * 1024 * 1024,
  maxAudioSeconds: 120,
  maxOpenAudioBytes: 64 * 1024 * 1024,
  maxConnections: 512,
};
