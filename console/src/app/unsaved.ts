/** What was typed and is not saved: to leave it, the person is asked first, by the page or by the browser. */
import { useEffect } from "preact/hooks";

const unsaved = new Set<object>();

/** Whether anything that is shown would be lost. */
export const hasUnsaved = (): boolean => unsaved.size > 0;

/** Says that the component holds something unsaved, for as long as `isDirty` is true and it is shown. */
export function useUnsaved(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return;
    const one = {};
    unsaved.add(one);
    return () => void unsaved.delete(one);
  }, [isDirty]);
}

addEventListener("beforeunload", (event) => {
  if (hasUnsaved()) event.preventDefault();
});
