/** Hands a text to the browser as a file to be saved. */
export function saveFile(name: string, text: string, type: 'text/plain' | 'application/json'): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Browsers read it after this task.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 10_000);
}
