import { byId } from './dom.js';

/** Files dropped anywhere on the page: a near miss must not make the browser leave the page. */
export function takeDroppedFiles(take: (files: readonly File[]) => void): void {
  const isFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
  addEventListener('dragover', (event) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    document.body.dataset['drag'] = 'true';
  });
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) document.body.dataset['drag'] = 'false';
  });
  addEventListener('drop', (event) => {
    document.body.dataset['drag'] = 'false';
    if (!isFiles(event)) return;
    event.preventDefault();
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) take(files);
  });
}

/** Files chosen with the file input of this id. */
export function takeChosenFiles(id: string, take: (files: readonly File[]) => void): void {
  const input = byId(id, HTMLInputElement);
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])];
    // So that the same file can be chosen again.
    input.value = '';
    if (files.length > 0) take(files);
  });
}
