/**
 * The variable that tells which virtual machine a process without root belongs to.
 *
 * Whoever raises such a machine sets it; an agent that finds it hands it on to its pods, whose environment is otherwise
 * their own. There are no control groups to ask there.
 */
export const markVariable = "KUBUS_MACHINE";
