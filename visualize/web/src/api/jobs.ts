import { get } from "./client";
import type { Job } from "./shapes";

/** Follow a job until it ends, telling each change. Polling goes through any proxy. */
export async function follow(job: Job, tell: (job: Job) => void): Promise<Job> {
  let now = job;
  let wait = 250;
  tell(now);
  while (now.state === "queued" || now.state === "running") {
    await new Promise((done) => setTimeout(done, wait));
    wait = Math.min(wait * 1.3, 2000);
    now = await get<Job>(`jobs/${now.id}`);
    tell(now);
  }
  return now;
}
