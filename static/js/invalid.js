/* A refused form: the eye, the keyboard and the screen reader begin at the first field to mend. */

export function focusInvalid(within) {
  within?.querySelector("[aria-invalid=true]")?.focus();
}

focusInvalid(document.getElementById("main"));
