/** What a page can show. */
export type PictureSource = 'camera' | 'screenshot';

/** Longest side of a picture, pixels: what models look at. */
const MAX_SIDE = 1280;
const JPEG_QUALITY = 0.85;
/** Cameras are dark at first. */
const SETTLE_MS = 350;
const FIRST_FRAME_MS = 8000;

/** A picture as it is shown and sent. */
export interface TakenPicture {
  readonly canvas: HTMLCanvasElement;
  /** JPEG as data URL. */
  readonly image: string;
}

/** Why there is no picture, named as the texts of the page. */
export interface PictureFault {
  readonly code: string;
  readonly message: string;
}

/**
 * Takes single pictures of the user's camera and screen.
 *
 * The camera is on only for the moment. Browsers let a page ask for the screen only right after a click, so a screen that the avatar may
 * see again stays shared until the user ends it in the browser.
 */
export class PictureSources {
  #screen: MediaStream | undefined;

  /** Whether the next picture of it needs no click. */
  isOpen(source: PictureSource): boolean {
    return source === 'camera' || this.#screen?.active === true;
  }

  /**
   * @param keep - whether the screen may be seen again.
   * @throws {PictureFault}
   */
  async take(source: PictureSource, keep = false): Promise<TakenPicture> {
    try {
      const stream = source === 'camera' ? await openCamera() : await this.#openScreen();
      try {
        return await frameOf(stream, source === 'camera' ? SETTLE_MS : 0);
      } finally {
        if (source === 'camera') endStream(stream);
        else if (keep) this.#screen = stream;
        else if (stream !== this.#screen) endStream(stream);
      }
    } catch (error) {
      throw faultOf(error);
    }
  }

  /** Nothing is shared any more. */
  close(): void {
    if (this.#screen !== undefined) endStream(this.#screen);
    this.#screen = undefined;
  }

  async #openScreen(): Promise<MediaStream> {
    if (this.#screen?.active === true) return this.#screen;
    return media().getDisplayMedia({ video: true, audio: false });
  }
}

function openCamera(): Promise<MediaStream> {
  return media().getUserMedia({ video: { width: { ideal: MAX_SIDE } }, audio: false });
}

/** Absent where the page came over plain HTTP from another machine. */
function media(): MediaDevices {
  const { mediaDevices } = navigator as { readonly mediaDevices?: MediaDevices };
  if (mediaDevices === undefined) throw new DOMException('No secure context', 'InsecureOrigin');
  return mediaDevices;
}

async function frameOf(stream: MediaStream, settleMs: number): Promise<TakenPicture> {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  try {
    await firstFrame(video);
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    const canvas = scaled(video, { width: video.videoWidth, height: video.videoHeight }, MAX_SIDE);
    return { canvas, image: canvas.toDataURL('image/jpeg', JPEG_QUALITY) };
  } finally {
    video.srcObject = null;
  }
}

async function firstFrame(video: HTMLVideoElement): Promise<void> {
  await video.play();
  for (const endAt = performance.now() + FIRST_FRAME_MS; video.videoWidth === 0 || video.readyState < 2; ) {
    if (performance.now() > endAt) throw new DOMException('It shows nothing', 'NotReadableError');
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** A smaller copy, for showing. */
export function smallCopy(picture: HTMLCanvasElement, maxSide: number): HTMLCanvasElement {
  return scaled(picture, picture, maxSide);
}

function scaled(
  image: CanvasImageSource,
  { width, height }: { readonly width: number; readonly height: number },
  maxSide: number,
): HTMLCanvasElement {
  const scale = Math.min(1, maxSide / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function endStream(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

const CODES: Readonly<Record<string, string>> = {
  NotAllowedError: 'PictureNotAllowed',
  InvalidStateError: 'PictureNotAllowed',
  SecurityError: 'PictureNotAllowed',
  NotFoundError: 'PictureNotFound',
  OverconstrainedError: 'PictureNotFound',
  NotReadableError: 'PictureNotReadable',
  AbortError: 'PictureNotReadable',
  InsecureOrigin: 'PictureInsecure',
};

function faultOf(error: unknown): PictureFault {
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? `${name}: ${error.message}` : String(error);
  return { code: CODES[name] ?? 'PictureNotReadable', message };
}
