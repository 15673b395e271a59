// What is said where the server could not be asked, or would not: the same sentences in every form and dialog.

// Of an ApiError by its kind, after "… could not be saved:".
export const UNANSWERED = { network: "the server does not answer", timeout: "the server does not answer in time" };

// A sentence: `what` did not come about, and why.
export const explained = (what, why) => `${what}: ${why.replace(/\.$/, "")}.`;

export const HOST_GONE = "Somebody else has deleted this host.";

// `error` is an ApiError, met while something was to be `done`: "saved". `isTyped`: what was typed is lost to nobody.
// `next` is what to do where nobody knows whether it was done. `byStatus` has the words for some answers; the server's
// own are taken for the others.
export function failureOf(error, { done = "saved", isTyped = false, next = "", byStatus = {} } = {}) {
  if (error.kind === "network") {
    return isTyped ? `The server does not answer. What you typed is still here, and nothing was ${done}: try again.` :
                     `The server does not answer, so nothing was ${done}. Try again.`;
  }
  if (error.kind === "timeout") {
    return [`The server did not answer in time. It may have ${done} this or not.`, next].filter(Boolean).join(" ");
  }
  return byStatus[error.status] ?? error.message;
}

// Of a test message: here the server answers for another one.
export function trialFailureOf(error) {
  if (error.kind === "network") return "Linewatch’s own server does not answer.";
  if (error.kind === "timeout") return "There was no answer in time. The message may arrive all the same.";
  return error.errors[0]?.message ?? error.message;
}
