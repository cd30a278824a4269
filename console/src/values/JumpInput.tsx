/** Goes to a row by its number. */
interface JumpInputProps {
  readonly label: string;
  /** The last row. */
  readonly max: number;
  readonly onJump: (index: number) => void;
}

export function JumpInput({ label, max, onJump }: JumpInputProps) {
  return (
    <input
      class="input jump"
      type="number"
      aria-label={label}
      placeholder={label}
      min={0}
      max={Math.max(0, max)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.currentTarget.value === "") return;
        event.preventDefault();
        const index = Math.trunc(Number(event.currentTarget.value));
        onJump(Math.max(0, Math.min(max, index < 0 ? max + 1 + index : index)));
      }}
    />
  );
}
