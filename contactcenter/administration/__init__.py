"""What administrators set up part by part: queues, teams, agents, entry points, words."""
