/** The service's answers, and its refusals in words. */

const TOKEN = "retort-token";

/** Scores and numbers that are asked for; the slider chooses among them. */
export const LEAST_SCORE = 0.05;
export const MOST = 100;

/** What the service said, or what kept it from saying something. */
export class ServiceError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** Keeps a token until the tab is closed. */
export function useToken(token) {
  sessionStorage.setItem(TOKEN, token);
}

/** The models that are served. */
export async function models() {
  return (await ask("v1/models", {})).models;
}

/** What a model finds in an image file. */
export function detect(model, file, signal) {
  const body = new FormData();
  body.append("image", file, file.name || "image");
  const query = new URLSearchParams({ score: LEAST_SCORE, max: MOST });
  return ask(`v1/models/${encodeURIComponent(model)}/detect?${query}`, { method: "POST", body, signal });
}

async function ask(path, request) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  let response;
  try {
    response = await fetch(path, { ...request, headers });
  } catch (error) {
    if (error.name === "AbortError") {
      throw error;
    }
    throw new ServiceError("The service does not answer. Is it still running, and is the network there?", 0);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new ServiceError(answer.error || `The service answered with status ${response.status}.`, response.status);
  }
  return answer;
}
